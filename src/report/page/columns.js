/* Columns, one per layer in the network's order, with the interval of each as a whisker (Figures 4 and 5 of the paper). */

/* A path of many rectangles: one element however many layers there are. */
const boxPath = (x, y, w, tall) => `M${x.toFixed(2)} ${y.toFixed(2)}h${w.toFixed(2)}v${tall.toFixed(2)}h${(-w).toFixed(2)}z`;

/* An interval; one that leaves the picture has no upper end. */
function whiskerPath(x, low, high, wing, top) {
	const left = (x - wing).toFixed(2), across = (2 * wing).toFixed(2), inside = high >= top;
	return `M${left} ${low.toFixed(2)}h${across}` + (inside ? `M${left} ${high.toFixed(2)}h${across}` : "") +
		`M${x.toFixed(2)} ${low.toFixed(2)}V${Math.max(top, high).toFixed(2)}`;
}

const NAMES_UNTIL = 60, LETTERS = 14; /* columns: more have numbers below instead of names */

function columnNames(items, at, base, pitch) {
	if (items.length <= NAMES_UNTIL) {
		const turn = pitch < 26 ? -60 : -40;
		return items.map((item, i) => s("text", {
			class: "tick end", x: 0, y: 0, transform: `translate(${(at(i) + 4).toFixed(1)} ${base + 13}) rotate(${turn})`,
		}, brief(item.name, LETTERS)));
	}
	const every = Math.ceil(48 / pitch / 10) * 10;
	return items.map((item, i) => i % every === 0 &&
		s("text", { class: "tick mid", x: at(i).toFixed(1), y: base + 16 }, String(item.index)));
}

/* items: {name, index, value, interval, hue, tell, open}; key: of the quantity. */
function drawColumns(items, key, width) {
	const left = 58, right = 8, top = 12, tall = width < 500 ? 180 : 240, base = top + tall;
	const least = items.length <= NAMES_UNTIL ? 17 : 5, crowded = items.length > NAMES_UNTIL;
	const pitch = Math.max(least, (width - left - right) / Math.max(1, items.length)), whole = left + right + pitch * items.length;
	const most = Math.max(...items.map(item => known(item.value) ? item.value : 0),
		...items.map(item => item.interval ? Math.min(item.interval[1], 2 * item.value) : 0));
	const y = linearScale(most, base, top, 4, value => tickText(value, key));
	const wide = Math.min(46, pitch * (pitch < 8 ? 0.86 : 0.7)), at = i => left + pitch * (i + 0.5);
	const named = items.length <= NAMES_UNTIL, longest = Math.max(...items.map(item => Math.min(LETTERS, item.name.length)));
	const bars = new Map(), marks = [];
	let whiskers = "";
	items.forEach((item, i) => {
		if (!known(item.value))
			return;
		const high = y.at(item.value);
		bars.set(item.hue, (bars.get(item.hue) || "") + boxPath(at(i) - wide / 2, high, wide, base - high));
		if (item.interval && pitch >= 5)
			whiskers += whiskerPath(at(i), y.at(item.interval[0]), y.at(item.interval[1]), crowded ? 0 : Math.min(5, wide / 4), top - 8);
		marks.push({ x: at(i), y: high, tell: item.tell, open: item.open, box: [at(i) - pitch / 2, top - 8, pitch, tall + 8] });
	});
	return {
		width: whole, height: base + (named ? 18 + longest * (pitch < 26 ? 6 : 4.6) : 26), flat: true, reach: Math.max(pitch, 12), marks,
		axis: { width: left, height: base + 5, texts: ruleLines(y, left, left) },
		parts: [ruleLines(y, left, whole - right), [...bars].map(([hue, d]) => s("path", { class: hue, d })),
			s("path", { class: crowded ? "whisker crowded" : "whisker", d: whiskers }), columnNames(items, at, base, pitch)],
	};
}
