/* Elements from plain words. What comes from a report goes in as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes || {})) {
		if (value === null || value === undefined || value === false)
			continue;
		if (name.startsWith("on"))
			element.addEventListener(name.slice(2), value);
		else if (name.startsWith("--"))
			element.style.setProperty(name, value);
		else
			element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
	return element;
}

/* h("p", { class: "soft" }, "text", child, [children]) */
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
/* The same in SVG. */
const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

let serial = 0;
const freshId = word => `${word}-${++serial}`;

/* A name as it is shown: without what would break a line or turn the direction of the writing around it. */
function clean(name) {
	return String(name).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
}

/* The same in a picture, where there is room for a few letters: long names lose their middle, as in tables on a terminal. */
function brief(name, most) {
	const letters = [...clean(name)];
	if (letters.length <= most)
		return letters.join("");
	const head = Math.ceil((most - 1) / 2);
	return letters.slice(0, head).join("") + "\u2026" + letters.slice(letters.length - (most - 1 - head)).join("");
}

/* What moved is told to those who do not see it. */
const teller = h("div", { class: "unseen", "aria-live": "polite" });
