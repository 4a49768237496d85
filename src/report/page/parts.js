/* Parts that pages share: heads, cards, tabs, legends, notices. */

const MOST_HUES = 10;

/* Types of one family look alike wherever they are; others take what is left over. */
const FAMILIES = [
	["conv"], ["fc"], ["maxpool"], ["avgpool", "globalavgpool"], ["relu", "activation"], ["batchnorm", "lrn", "layernorm"],
	["eltwise", "concat"], ["softmax", "reduce"], ["matmul"], ["deconv"],
];
function hueOf(type) {
	const family = FAMILIES.findIndex(types => types.includes(type));
	return family < 0 ? "hue other" : `hue h${family}`;
}

function pageHead({ kind, title, facts }) {
	return h("header", { class: "top" }, h("p", { class: "kind" }, kind), h("h1", null, brief(title, 120)),
		h("ul", { class: "facts", "aria-label": "Of what" }, facts.filter(Boolean).map(fact => h("li", null, clean(fact)))));
}

function section(title, ...children) {
	const id = freshId("section");
	return h("section", { "aria-labelledby": id }, h("h2", { id }, title), children);
}

/* A number, what it is, and a line about it; `interval` is drawn as a bar from zero with the span that is likely. */
function card({ name, value, line, interval, middle }) {
	return h("div", { class: "card" }, h("dt", null, name), h("dd", null, h("span", { class: "big" }, value),
		interval && gauge(interval, middle), line && h("span", { class: "line" }, line)));
}

const cards = list => h("dl", { class: "cards" }, list.filter(Boolean).map(card));

function gauge([low, high], middle) {
	const most = Math.min(high, 2.5 * middle) * 1.12, at = value => (100 * Math.min(value, most) / most).toFixed(2);
	return s("svg", { class: "gauge", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
		s("rect", { class: "track", x: 0, y: 3, width: 100, height: 2 }),
		s("rect", { class: "likely", x: at(low), y: 1.5, width: Math.max(0.8, at(high) - at(low)), height: 5 }),
		s("rect", { class: "middle", x: at(middle) - 0.4, y: 0, width: 0.8, height: 8 }));
}

/* options: [{key, name}]; choose(key) is called for the first at once, and when another is taken, by pointer or arrow keys. */
function tabs(label, options, choose) {
	const several = options.length > 1;
	const panel = h("div", { class: "panel", role: several && "tabpanel", id: freshId("panel") });
	const buttons = options.map(option => h("button", {
		type: "button", role: "tab", id: freshId("tab"), "aria-controls": panel.id, onclick: () => take(option.key),
	}, option.name));
	function take(key) {
		buttons.forEach((button, i) => {
			const on = options[i].key === key;
			button.setAttribute("aria-selected", String(on));
			button.tabIndex = on ? 0 : -1;
			if (on && several)
				panel.setAttribute("aria-labelledby", button.id);
		});
		choose(key, panel);
	}
	const list = h("div", { role: "tablist", "aria-label": label, class: "tabs" }, buttons);
	list.addEventListener("keydown", event => {
		const at = buttons.indexOf(document.activeElement), count = buttons.length;
		const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: count - 1 }[event.key];
		if (next === undefined || at < 0)
			return;
		const index = (next + count) % count;
		event.preventDefault();
		buttons[index].focus();
		take(options[index].key);
	});
	take(options[0].key);
	return several ? [list, panel] : [panel];
}

const swatch = (hue, shape) => s("svg", { class: "swatch", viewBox: "0 0 12 12", "aria-hidden": "true" },
	shape === undefined ? s("rect", { class: hue, width: 12, height: 12, rx: 2.5 }) : s("path", { class: hue, d: shapeAt(shape, 6, 6) }));

/* What the colours mean; items: {name, hue, shape, text}. */
const legend = items => h("ul", { class: "legend" }, items.map(item =>
	h("li", null, swatch(item.hue, item.shape), clean(item.name), item.text && h("span", { class: "soft" }, " " + item.text))));

/* The same as buttons that show and hide; change(name, shown). */
function toggles(label, items, change) {
	return h("div", { class: "legend", role: "group", "aria-label": label }, items.map(item => {
		const button = h("button", { type: "button", "aria-pressed": "true" }, swatch(item.hue, item.shape), clean(item.name),
			h("span", { class: "soft" }, " " + item.text));
		button.addEventListener("click", () => {
			const on = button.getAttribute("aria-pressed") !== "true";
			button.setAttribute("aria-pressed", String(on));
			change(item.name, on);
		});
		return button;
	}));
}

/* A plain table of few rows: heads and rows of texts; the first cell of each row names it. */
function plainTable(caption, heads, rows) {
	return h("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" }, h("table", null,
		h("caption", { class: "unseen" }, caption),
		h("thead", null, h("tr", null, heads.map((head, i) => h("th", { scope: "col", class: i ? "n" : null }, head)))),
		h("tbody", null, rows.map(row => h("tr", null, row.map((cell, i) => i ? h("td", { class: "n" }, cell) : h("th", { scope: "row" }, cell)))))));
}

const notices = (title, lines) => lines.length > 0 && h("aside", { class: "notices", "aria-label": title },
	h("strong", null, title), h("ul", null, lines.map(line => h("li", null, clean(line)))));
