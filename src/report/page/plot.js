/* Points and lines over two axes: predicted against actual, error against energy, energy against batch. */

/* Shapes besides colours, for who cannot tell those apart. Each is a subpath around (x, y). */
const SHAPES = [
	(x, y) => `M${x - 3.2} ${y}a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z`,
	(x, y) => `M${x - 2.9} ${y - 2.9}h5.8v5.8h-5.8z`,
	(x, y) => `M${x} ${y - 4}l3.9 6.6h-7.8z`,
	(x, y) => `M${x} ${y - 4.3}l4.3 4.3l-4.3 4.3l-4.3 -4.3z`,
	(x, y) => `M${x} ${y + 4}l3.9 -6.6h-7.8z`,
	(x, y) => `M${x - 4.2} ${y - 1.2}h3v-3h2.4v3h3v2.4h-3v3h-2.4v-3h-3z`,
];
const shapeAt = (shape, x, y) => SHAPES[shape % SHAPES.length](+x.toFixed(1), +y.toFixed(1));

function plotArea(width, tall) {
	const left = 66, right = 28, top = 14, bottom = 48;
	return { width, height: tall, left, right: width - right, top, bottom: tall - bottom };
}

function axisTitles(area, xTitle, yTitle) {
	return [s("text", { class: "axis-title mid", x: (area.left + area.right) / 2, y: area.height - 8 }, xTitle),
		s("text", { class: "axis-title mid", transform: `translate(12 ${(area.top + area.bottom) / 2}) rotate(-90)` }, yTitle)];
}

/* Ticks beside one another need more room than above one another. */
const roomFor = pixels => Math.max(2, Math.floor(pixels > 0 ? pixels / 64 : -pixels / 44));

function axisScale(axis, values, from, to) {
	const text = value => axis.text ? axis.text(value) : tickText(value, axis.key);
	const room = roomFor(to - from);
	if (axis.steps)
		return stepScale(axis.steps, from, to, room, text);
	if (axis.log)
		return logScale(...(axis.ends || logEnds(values)), from, to, room, text);
	return linearScale(Math.max(...values, 0) * 1.05, from, to, Math.min(room, 6), text);
}

/* Identity, and what lies within 10 % of it; both axes are the same. */
function drawIdentity(x, y, [low, high], area) {
	const clip = freshId("clip"), at = (a, b) => `${x.at(a).toFixed(1)} ${y.at(b).toFixed(1)}`;
	const band = `M${at(low, 0.9 * low)}L${at(high, 0.9 * high)}L${at(high, 1.1 * high)}L${at(low, 1.1 * low)}z`;
	return [s("clipPath", { id: clip }, s("rect", {
		x: area.left, y: area.top, width: area.right - area.left, height: area.bottom - area.top,
	})), s("g", { "clip-path": `url(#${clip})` }, s("path", { class: "band", d: band }),
		s("path", { class: "identity", d: `M${at(low, low)}L${at(high, high)}` }))];
}

/*
 * groups: {name, hue, shape, points: [{x, y, tell, label}]}; x and y: {title, key or text(value), log, ends, steps}.
 * identity: predicted against actual; frontier: points to be joined by a line of steps.
 */
function drawScatter({ groups, x: xAxis, y: yAxis, identity, frontier, width, square }) {
	const wide = square ? Math.min(width, 620) : width, area = plotArea(wide, square ? Math.max(300, Math.min(wide, 560)) : width < 500 ? 300 : 380);
	const points = groups.flatMap(group => group.points);
	const x = axisScale(xAxis, points.map(point => point.x), area.left, area.right);
	const y = axisScale(yAxis, points.map(point => point.y), area.bottom, area.top);
	const marks = points.map(point => ({ x: x.at(point.x), y: y.at(point.y), tell: point.tell, open: point.open }));
	const drawn = groups.map(group => s("path", {
		class: group.hue + (points.length > 150 ? " many" : ""),
		d: group.points.map(point => shapeAt(group.shape || 0, x.at(point.x), y.at(point.y))).join(""),
	}));
	const labels = points.filter(point => point.label).map(point => {
		const px = x.at(point.x), end = px > area.right - 90;
		return s("text", { class: end ? "label end" : "label", x: px + (end ? -8 : 8), y: y.at(point.y) - 6 }, brief(point.label, 18));
	});
	const stairs = frontier && frontier.length > 1 && s("path", {
		class: "frontier",
		d: frontier.map((p, i) => i ? `H${x.at(p.x).toFixed(1)}V${y.at(p.y).toFixed(1)}` : `M${x.at(p.x).toFixed(1)} ${y.at(p.y).toFixed(1)}`).join(""),
	});
	return {
		width: wide, height: area.height, marks, reach: 26,
		parts: [ruleLines(y, area.left, area.right), ruleColumns(x, area.top, area.bottom),
			identity && drawIdentity(x, y, xAxis.ends, area), stairs, drawn, labels, axisTitles(area, xAxis.title, yAxis.title)],
	};
}

/* series: {name, hue, shape, points: [{x, y, low, high, tell}]}, points in order of x; low and high make a band. */
function drawLines({ series, x: xAxis, y: yAxis, width }) {
	const area = plotArea(width, width < 500 ? 260 : 320), points = series.flatMap(one => one.points);
	const x = axisScale(xAxis, points.map(point => point.x), area.left + 8, area.right - 8);
	const y = axisScale(yAxis, points.flatMap(point => [point.y, known(point.high) ? Math.min(point.high, 2 * point.y) : point.y]),
		area.bottom, area.top);
	const at = (px, py) => `${x.at(px).toFixed(1)} ${Math.max(area.top, y.at(py)).toFixed(1)}`;
	const drawn = series.map(one => {
		const banded = one.points.filter(point => known(point.low) && known(point.high));
		const band = banded.length > 1 && "M" + banded.map(point => at(point.x, point.high)).join("L") + "L" +
			banded.reverse().map(point => at(point.x, point.low)).join("L") + "z";
		return [band && s("path", { class: one.hue + " band-of", d: band }),
			s("path", { class: one.hue + " line", d: "M" + one.points.map(point => at(point.x, point.y)).join("L") }),
			s("path", { class: one.hue, d: one.points.map(point => shapeAt(one.shape || 0, x.at(point.x), y.at(point.y))).join("") })];
	});
	return {
		width, height: area.height, reach: 40,
		marks: points.map(point => ({ x: x.at(point.x), y: y.at(point.y), tell: point.tell })),
		parts: [ruleLines(y, area.left, area.right), ruleColumns(x, area.top, area.bottom), drawn,
			axisTitles(area, xAxis.title, yAxis.title)],
	};
}
