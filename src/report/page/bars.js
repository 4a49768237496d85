/* Horizontal bars: grouped, from zero, a group per row; and one bar stacked of shares. */

const lyingWhisker = (low, high, y) =>
	`M${low.toFixed(2)} ${y}H${high.toFixed(2)}M${low.toFixed(2)} ${y - 3.5}v7M${high.toFixed(2)} ${y - 3.5}v7`;

/*
 * rows: {name, note, bars: [{hue, value, interval, text, tell}]}. `most` ends the axis, `text` writes its ticks, `mark` is a
 * value with a line of its own.
 */
function drawBars({ rows, most, text, mark, width }) {
	const narrow = width < 520, left = narrow ? 14 : Math.min(200, width * 0.26), right = narrow ? 74 : 96, thick = 13;
	const heights = rows.map(row => narrow ? 32 + row.bars.length * (thick + 3) : Math.max(row.note ? 38 : 0, row.bars.length * (thick + 3) + 12));
	const bottom = 8 + heights.reduce((sum, tall) => sum + tall, 0);
	const x = linearScale(most, left, width - right, narrow ? 3 : 5, text), parts = [ruleColumns(x, 6, bottom)], marks = [];
	let y = 8;
	rows.forEach((row, r) => {
		let top = y + (narrow ? 16 : (heights[r] - row.bars.length * (thick + 3)) / 2 - 2);
		const middle = top + row.bars.length * (thick + 3) / 2;
		parts.push(narrow
			? s("text", { class: "name", x: left, y: y + 11 }, brief(row.name, 26), row.note && s("tspan", { class: "soft" }, " " + row.note))
			: [s("text", { class: "name end", x: left - 10, y: middle + (row.note ? -2 : 4) }, brief(row.name, 24)),
				row.note && s("text", { class: "soft end", x: left - 10, y: middle + 12 }, row.note)]);
		for (const bar of row.bars) {
			const has = known(bar.value), end = has ? x.at(Math.min(bar.value, most)) : left;
			parts.push(has && s("rect", { class: bar.hue, x: left, y: top, width: bar.value > 0 ? Math.max(1, end - left) : 0, height: thick, rx: 2 }),
				bar.interval && s("path", { class: "whisker", d: lyingWhisker(x.at(bar.interval[0]), x.at(Math.min(bar.interval[1], most)), top + thick / 2) }),
				s("text", { class: "value", x: width - right + 8, y: top + 10.5 }, bar.text));
			if (has)
				marks.push({ x: end, y: top + thick / 2, tell: bar.tell, box: [left, top - 1, Math.max(1, end - left), thick + 2] });
			top += thick + 3;
		}
		y += heights[r];
	});
	if (known(mark))
		parts.push(s("line", { class: "mark", x1: x.at(mark), x2: x.at(mark), y1: 4, y2: bottom }));
	return { width, height: bottom + 24, marks, reach: 30, parts };
}

/* rows: {name, parts: [{name, hue, share, tell}]}: bars of full width, cut into shares. */
function drawShares(rows, width) {
	const narrow = width < 520, left = narrow ? 0 : 84, thick = 30, step = narrow ? 56 : 42, parts = [], marks = [];
	rows.forEach((row, r) => {
		const top = r * step + (narrow ? 20 : 4);
		parts.push(s("text", { class: narrow ? "name" : "name end", x: narrow ? 0 : left - 10, y: narrow ? top - 6 : top + 20 }, row.name));
		let at = left;
		for (const part of row.parts) {
			const wide = part.share * (width - left), letters = Math.floor((wide - 8) / 7);
			parts.push(s("rect", { class: part.hue, x: at, y: top, width: Math.max(0.5, wide - 1.5), height: thick }),
				letters >= part.name.length && s("text", { class: "inside", x: at + wide / 2 - 1, y: top + 20 }, part.name));
			marks.push({ x: at + wide / 2, y: top + 4, tell: part.tell, box: [at, top, Math.max(1, wide - 1.5), thick] });
			at += wide;
		}
	});
	return { width, height: rows.length * step + 4, marks, reach: width, parts };
}
