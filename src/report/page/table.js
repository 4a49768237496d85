/*
 * Tables that sort: the heads are buttons. Long ones are filled in pieces, so that the page answers meanwhile; all rows are
 * there in the end, to be searched and printed.
 */

const PIECE = 80; /* rows */

/* Unknown values stay last whichever way is sorted. */
function compareCells(a, b, down) {
	const lacks = value => value === null || value === undefined || Number.isNaN(value);
	if (lacks(a) || lacks(b))
		return lacks(a) - lacks(b);
	const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
	return down ? -order : order;
}

function cellOf(column, row, first) {
	const shown = column.show ? column.show(row) : clean(column.value(row));
	const classes = [column.number && "n", column.class].filter(Boolean).join(" ") || null;
	return first ? h("th", { scope: "row", class: classes }, shown) : h("td", { class: classes }, shown);
}

function fillInPieces(body, elements) {
	let at = 0;
	const piece = () => {
		if (body.pending !== piece)
			return;
		body.append(...elements.slice(at, at += PIECE).map(make => make()));
		if (at < elements.length)
			setTimeout(piece);
		else
			body.pending = null;
	};
	body.pending = piece;
	body.finish = () => {
		if (body.pending === piece)
			body.append(...elements.slice(at).map(make => make()));
		body.pending = null;
	};
	piece();
}

/*
 * columns: {title, hint, value(row), show(row), number, class}; rows: anything; head: index of the column whose cells name the
 * row. `rowClass(row)` may be given. Returns the region with the table in it.
 */
function sortable({ caption, columns, rows, head = 0, rowClass }) {
	const made = new Map(), body = h("tbody");
	const state = { column: -1, down: false };
	const elementOf = row => {
		if (!made.has(row)) {
			const element = h("tr", { class: rowClass ? rowClass(row) : null },
				columns.map((column, i) => cellOf(column, row, i === head)));
			made.set(row, element);
		}
		return made.get(row);
	};
	const heads = columns.map((column, i) => h("th", { scope: "col", class: column.number ? "n" : null },
		h("button", { type: "button", title: column.hint, onclick: () => sortBy(i) }, column.title, h("span", { class: "arrow", "aria-hidden": "true" }))));
	const arrange = () => {
		const column = columns[state.column];
		const order = column ? [...rows].sort((a, b) => compareCells(column.value(a), column.value(b), state.down)) : rows;
		heads.forEach((element, i) => i === state.column
			? element.setAttribute("aria-sort", state.down ? "descending" : "ascending") : element.removeAttribute("aria-sort"));
		body.replaceChildren();
		fillInPieces(body, order.map(row => () => elementOf(row)));
	};
	function sortBy(i) {
		state.down = state.column === i ? !state.down : !!columns[i].number;
		state.column = i;
		arrange();
	}
	arrange();
	window.addEventListener("beforeprint", () => body.finish());
	const table = h("table", { class: "sortable" }, h("caption", { class: "unseen" }, caption), h("thead", null, h("tr", null, heads)), body);
	const region = h("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" }, table);
	region.rowOf = row => {
		body.finish();
		return made.get(row);
	};
	region.keepRows = test => {
		body.finish();
		rows.forEach(row => elementOf(row).hidden = !test(row));
	};
	return region;
}
