/* The network as a strip: a cell per layer in order, the warmer the larger its share. */

const WARMTHS = 16;

function drawStrip(items, width) {
	const tall = 40, pitch = Math.max(7, width / Math.max(1, items.length)), whole = pitch * items.length;
	const most = Math.max(...items.map(item => item.share || 0)) || 1, cells = new Map(), names = [], marks = [];
	const gap = pitch > 12 ? 2 : 1;
	items.forEach((item, i) => {
		/* The root spreads the many small ones apart. */
		const warmth = item.share > 0 ? Math.max(1, Math.round(WARMTHS * Math.sqrt(item.share / most))) : 0;
		cells.set(warmth, (cells.get(warmth) || "") + boxPath(i * pitch, 4, pitch - gap, tall));
		if (pitch >= 44)
			names.push(s("text", { class: "cell", x: (i + 0.5) * pitch - gap / 2, y: 28 },
				brief(item.name, Math.floor(pitch / 7.4))));
		marks.push({ x: (i + 0.5) * pitch, y: 6, tell: item.tell, open: item.open, box: [i * pitch, 3, pitch - gap, tall + 2] });
	});
	return {
		width: whole, height: tall + 8, flat: true, reach: Math.max(pitch, 12), marks,
		parts: [...cells].map(([warmth, d]) => [s("path", { class: "cold", d }),
			warmth > 0 && s("path", { class: "heat", d, "fill-opacity": (warmth / WARMTHS).toFixed(3) })]).concat(names),
	};
}
