/*
 * The frame of every picture: a figure with a name for those who do not see it, a pointer or the arrow keys stepping through
 * its marks, a bubble with the numbers, and the numbers as a table beneath. It is drawn anew when its width changes.
 */

const bubble = h("div", { class: "bubble", "aria-hidden": "true", hidden: true });

function placeBubble(lines, x, y) {
	bubble.replaceChildren(...lines.map((line, i) => h(i ? "div" : "strong", null, line)));
	bubble.hidden = false;
	bubble.style.left = bubble.style.top = "0px";
	const width = bubble.offsetWidth, height = bubble.offsetHeight;
	const most = document.documentElement.clientWidth - width - 8;
	bubble.style.left = Math.max(8, Math.min(x - width / 2, most)) + window.scrollX + "px";
	bubble.style.top = (y - height - 14 > 4 ? y - height - 14 : y + 18) + window.scrollY + "px";
}

function hideBubble() {
	bubble.hidden = true;
}

/* The mark whose box holds a point, or that is nearest to it; marks far off do not count. `flat`: only x matters. */
function nearestMark(marks, x, y, reach, flat) {
	const inside = marks.findIndex(({ box }) => box && x >= box[0] && x <= box[0] + box[2] && y >= box[1] && y <= box[1] + box[3]);
	if (inside >= 0)
		return inside;
	let best = -1, least = reach * reach;
	for (let i = 0; i < marks.length; i++) {
		const dx = marks[i].x - x, dy = flat ? 0 : marks[i].y - y, far = dx * dx + dy * dy;
		if (far < least) {
			least = far;
			best = i;
		}
	}
	return best;
}

/* The ring or band around the mark that is spoken of. */
function highlight(picture, mark) {
	picture.cursor.replaceChildren();
	if (!mark)
		return;
	picture.cursor.append(mark.box
		? s("rect", { class: "cursor", x: mark.box[0], y: mark.box[1], width: mark.box[2], height: mark.box[3], rx: 2 })
		: s("circle", { class: "cursor", cx: mark.x, cy: mark.y, r: 7 }));
}

function explore(frame, plot) {
	let at = -1;
	const show = (index, aloud) => {
		at = index;
		const picture = frame.picture, mark = picture.marks[index];
		highlight(picture, mark);
		if (!mark)
			return hideBubble();
		const lines = mark.tell(), box = picture.svg.getBoundingClientRect(), scale = box.width / picture.width;
		placeBubble(lines, box.left + mark.x * scale, box.top + mark.y * scale);
		if (aloud)
			teller.textContent = lines.join(", ");
	};
	const locate = event => {
		const picture = frame.picture, box = picture.svg.getBoundingClientRect(), scale = picture.width / box.width;
		const index = nearestMark(picture.marks, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale,
			picture.reach || 24, picture.flat);
		if (index !== at)
			show(index);
		return index;
	};
	plot.addEventListener("pointermove", locate);
	plot.addEventListener("pointerleave", () => show(-1));
	plot.addEventListener("blur", () => show(-1));
	plot.addEventListener("scroll", hideBubble, { passive: true });
	plot.addEventListener("click", event => {
		const mark = frame.picture.marks[locate(event)];
		if (mark && mark.open)
			mark.open();
	});
	plot.addEventListener("keydown", event => {
		const count = frame.picture.marks.length, key = event.key;
		const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: count - 1 };
		if (key === "Escape")
			show(-1);
		else if (key === "Enter" && at >= 0 && frame.picture.marks[at].open)
			frame.picture.marks[at].open();
		else if (key in steps && count) {
			const next = at < 0 && (key === "ArrowLeft" || key === "ArrowUp") ? count - 1 : steps[key];
			const index = Math.max(0, Math.min(count - 1, next)), mark = frame.picture.marks[index];
			if (plot.scrollWidth > plot.clientWidth)
				plot.scrollLeft = Math.max(0, mark.x - plot.clientWidth / 2);
			show(index, true);
		} else
			return;
		event.preventDefault();
	});
}

/* What stays on the left while a picture that is wider than its place scrolls beneath. */
function axisOf({ axis }) {
	return s("svg", { class: "axis", "aria-hidden": "true", width: axis.width, height: axis.height },
		s("rect", { class: "ground", width: axis.width, height: axis.height }), axis.texts);
}

/* The same picture in numbers: made when it is opened first, for print too. */
function numbersOf(spec) {
	if (!spec.table)
		return null;
	const details = h("details", { class: "numbers", "aria-label": "Numbers of this picture" }, h("summary", null, "Numbers of this picture"));
	const build = () => details.childElementCount < 2 && details.append(spec.table());
	details.addEventListener("toggle", build);
	return details;
}

/*
 * spec: title and note to be read; label() names the picture; draw(width) gives {width, height, parts, marks}, marks being
 * {x, y, tell() -> lines, box, open()}; legend, controls and table() are optional.
 */
function figure(spec) {
	const plot = h("div", { class: "plot", tabindex: "0", role: "group" });
	const frame = h("figure", { class: spec.wide ? "wide" : null, "aria-label": spec.title },
		(spec.title || spec.controls) && h("div", { class: "head" }, spec.title && h("h3", null, spec.title), spec.controls),
		spec.note && h("p", { class: "note" }, spec.note), spec.legend, plot, numbersOf(spec));
	let width = 0;
	const draw = () => {
		const name = spec.label(), picture = spec.draw(width);
		picture.cursor = s("g", { "aria-hidden": "true" });
		picture.svg = s("svg", {
			role: "img", "aria-label": name, viewBox: `0 0 ${picture.width} ${picture.height}`,
			width: picture.width, height: picture.height,
		}, s("g", { "aria-hidden": "true" }, picture.parts), picture.cursor);
		plot.replaceChildren(picture.svg, ...(picture.axis && picture.width > width + 1 ? [axisOf(picture)] : []));
		plot.setAttribute("aria-label", `${spec.title || name}: arrow keys step through it`);
		frame.picture = picture;
	};
	const fit = wanted => {
		if (wanted < 50 || Math.abs(wanted - width) < 1)
			return;
		width = wanted;
		hideBubble();
		draw();
	};
	frame.fit = fit;
	frame.measure = () => fit(plot.clientWidth);
	frame.redraw = () => width && draw();
	explore(frame, plot);
	new ResizeObserver(frame.measure).observe(plot);
	return frame;
}

/* A page of paper is narrower than most windows: pictures are drawn for it, and back. */
const PAPER = 680;
window.addEventListener("beforeprint", () => document.querySelectorAll("figure").forEach(frame => frame.fit(PAPER)));
window.addEventListener("afterprint", () => document.querySelectorAll("figure").forEach(frame => frame.measure()));
window.addEventListener("scroll", hideBubble, { passive: true });

/* Lines across at the ticks of a vertical scale, with their texts on the left. */
function ruleLines(scale, left, right) {
	return scale.ticks.map(tick => {
		const y = Math.round(scale.at(tick.value)) + 0.5;
		return [s("line", { class: "rule", x1: left, x2: right, y1: y, y2: y }),
			s("text", { class: "tick end", x: left - 6, y: y + 3.5 }, tick.text)];
	});
}

function ruleColumns(scale, top, bottom) {
	return scale.ticks.map(tick => {
		const x = Math.round(scale.at(tick.value)) + 0.5;
		return [s("line", { class: "rule", x1: x, x2: x, y1: top, y2: bottom }),
			s("text", { class: "tick mid", x, y: bottom + 16 }, tick.text)];
	});
}
