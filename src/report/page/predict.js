/* predict: what a network costs, and which layers cost it. */

const MEASURES = ["energy_mj", "runtime_ms", "power_w"];
const SOURCES = { model: "learned model", fallback: "bytes moved, no learned model", formula: "a formula of the method", free: "costs nothing" };
const levelOf = report => Math.round(100 * report.totals.interval.level);

const hasPower = report => known(report.totals.energy_mj);
const measuresOf = report => MEASURES.filter(key => known(report.totals[key]));
const works = layer => layer.source !== "free";

/* Shares of a total; power has none, its share is of the most powerful layer. */
function shareOf(report, layer, key) {
	const whole = key === "power_w" ? Math.max(...report.layers.map(other => other.power_w || 0)) : report.totals[key];
	return known(layer[key]) && whole > 0 ? layer[key] / whole : null;
}

function tellLayer(report, layer) {
	const line = key => {
		const interval = layer[key + "_interval"], share = key === "power_w" ? null : shareOf(report, layer, key);
		return known(layer[key]) && `${targetOf(key).name} ${quantity(layer[key], key)}` +
			(interval ? ` (${span(interval, key)})` : "") + (known(share) ? `, ${percent(share)}` : "");
	};
	return [`${clean(layer.name)} \u00b7 ${layer.type}`, ...(works(layer) ? MEASURES.map(line).filter(Boolean) : ["costs nothing at inference"]),
		layer.source === "fallback" && "no learned model: estimated from the bytes moved",
		layer.extrapolated && `outside the measured range${layer.extrapolated_feature ? `: ${layer.extrapolated_feature}` : ""}`].filter(Boolean);
}

/* ---- the head ---- */

function totalCard(report, key) {
	const interval = report.totals[key + "_interval"], value = report.totals[key];
	return {
		name: targetOf(key).name, value: known(value) ? quantity(value, key) : "unknown", interval, middle: value,
		line: interval ? `${levelOf(report)} % sure: ${span(interval, key)}` : known(value) ? "no interval" : "the platform has no power data",
	};
}

function totalCards(report) {
	const { totals } = report, batch = report.network.batch;
	return cards([...["runtime_ms", "power_w", "energy_mj"].map(key => totalCard(report, key)),
		known(totals.energy_per_item_mj) && {
			name: "Energy per item", value: quantity(totals.energy_per_item_mj, "energy_mj"), line: `of a batch of ${batch}`,
		},
		{ name: "Throughput", value: `${scaled(totals.items_per_s, UNITS.count)}${NARROW}items/s`, line: `at batch ${batch}` }]);
}

/* The result in words, with the layers that a reader would look at first. */
function summaryOf(report) {
	const key = hasPower(report) ? "energy_mj" : "runtime_ms", { totals, network } = report;
	const top = report.layers.filter(works).sort((a, b) => b[key] - a[key]).slice(0, 3).filter(layer => shareOf(report, layer, key) > 0);
	const sum = top.reduce((total, layer) => total + shareOf(report, layer, key), 0);
	const cost = hasPower(report) ? ` at ${quantity(totals.power_w, "power_w")}, which is ${quantity(totals.energy_mj, "energy_mj")}` : "";
	return h("p", { class: "lead" }, `A forward pass of ${counted(network.batch, "item")} takes ${quantity(totals.runtime_ms, "runtime_ms")}${cost}. `,
		top.length > 0 && ["Bottlenecks: ", listed(top.map(layer => `${brief(layer.name, 40)} (${percent(shareOf(report, layer, key))})`)),
			`, together ${percent(sum)} of the ${key === "energy_mj" ? "energy" : "runtime"}.`]);
}

function coverageOf(report) {
	const { coverage } = report, rest = coverage.runtime_ms < 0.9995 || (known(coverage.energy_mj) && coverage.energy_mj < 0.9995), parts = [["runtime", coverage.runtime_ms], ["energy", coverage.energy_mj]].filter(part => known(part[1]));
	const lines = report.warnings.slice();
	if (report.layers.some(layer => layer.source === "formula"))
		return [h("p", { class: "note" }, `Estimated by ${report.platform.method || "formulas"} from a data sheet, not learned from measurements.`),
			notices(lines.length === 1 ? "A warning" : "Warnings", lines)];
	return [h("p", { class: "note" }, "Learned models answer for ", listed(parts.map(([name, share]) => `${percent(share)} of the ${name}`)),
		rest ? "; the rest is estimated from the bytes moved." : "."), notices(lines.length === 1 ? "A warning" : "Warnings", lines)];
}

/* ---- where it goes ---- */

function layerItems(report, key, open) {
	return report.layers.map(layer => ({
		name: layer.name, index: layer.index, hue: hueOf(layer.type), value: layer[key], interval: layer[key + "_interval"],
		share: works(layer) ? shareOf(report, layer, key) : 0, tell: () => tellLayer(report, layer), open: () => open(layer), layer,
	}));
}

function typesOf(report) {
	const types = new Map();
	for (const layer of report.layers.filter(works)) {
		const sum = types.get(layer.type) || { name: layer.type, hue: hueOf(layer.type), layers: 0, runtime_ms: 0, energy_mj: 0 };
		sum.layers++;
		sum.runtime_ms += layer.runtime_ms || 0;
		sum.energy_mj += layer.energy_mj || 0;
		types.set(layer.type, sum);
	}
	return [...types.values()].sort((a, b) => b.energy_mj - a.energy_mj || b.runtime_ms - a.runtime_ms);
}

function typeFigure(report) {
	const types = typesOf(report), keys = hasPower(report) ? ["runtime_ms", "energy_mj"] : ["runtime_ms"];
	const share = (type, key) => report.totals[key] > 0 ? type[key] / report.totals[key] : 0;
	const shares = type => keys.map(key => `${percent(share(type, key))} of the ${targetOf(key).name.toLowerCase()}`);
	return figure({
		title: "By type of layer", legend: legend(types.map(type => ({ ...type, text: percent(share(type, keys[keys.length - 1])) }))),
		label: () => `Shares of the types of layers. ${types.map(type => `${type.name}: ${listed(shares(type))}`).join("; ")}`,
		draw: width => drawShares(keys.map(key => ({
			name: targetOf(key).name,
			parts: types.map(type => ({
				name: type.name, hue: type.hue, share: share(type, key),
				tell: () => [`${type.name} \u00b7 ${counted(type.layers, "layer")}`, `${targetOf(key).name} ${quantity(type[key], key)}`, ...shares(type)],
			})),
		})), width),
		table: () => plainTable("Types of layers", ["type", "layers", ...keys.flatMap(key => [targetOf(key).name.toLowerCase(), "share"])],
			types.map(type => [type.name, type.layers, ...keys.flatMap(key => [quantity(type[key], key), percent(share(type, key))])])),
	});
}

function layerPictures(report, key, open) {
	const items = layerItems(report, key, open), name = targetOf(key).name, busy = items.filter(item => works(item.layer));
	const most = busy.reduce((best, item) => item.value > (best ? best.value : 0) ? item : best, null);
	const peak = most ? `; most by ${clean(most.name)}, ${quantity(most.value, key)}` : "";
	const shares = key === "power_w" ? "the more power it draws" : `the larger its share of the ${name.toLowerCase()}`;
	return [figure({
		title: `${name} of each layer`, wide: true,
		note: [`In the network's order; whiskers are ${levelOf(report)} % intervals. `, h("a", { href: "#layers" }, "The table below has every number.")],
		label: () => `Columns: ${name.toLowerCase()} of ${counted(busy.length, "layer")} in order${peak}`,
		draw: width => drawColumns(busy, key, width),
	}), figure({
		title: "The network", wide: true, note: `A cell per layer in order, the warmer ${shares}.`,
		label: () => `Strip: ${counted(items.length, "layer")} in order by ${name.toLowerCase()}${peak}`,
		draw: width => drawStrip(items, width),
	})];
}

/* ---- every layer ---- */

function marksOf(layer) {
	return [layer.source === "fallback" && h("abbr", { title: SOURCES.fallback }, "~"),
		layer.extrapolated && h("abbr", { title: `outside the measured range${layer.extrapolated_feature ? `: ${layer.extrapolated_feature}` : ""}` }, "!")];
}

function shareCell(share, width) {
	return [h("span", { class: "databar", "--part": `${(100 * width).toFixed(1)}%`, "aria-hidden": "true" }), h("span", null, percent(share))];
}

function layerColumns(report) {
	const key = hasPower(report) ? "energy_mj" : "runtime_ms";
	const most = Math.max(...report.layers.map(layer => shareOf(report, layer, key) || 0)) || 1;
	const measured = measure => ({
		title: targetOf(measure).name.toLowerCase(), number: true, value: layer => works(layer) ? layer[measure] : 0,
		show: layer => works(layer) ? [quantity(layer[measure], measure), layer[measure + "_interval"] &&
			h("small", { class: "interval" }, " " + span(layer[measure + "_interval"], measure))] : UNKNOWN,
	});
	return [
		{ title: "#", number: true, value: layer => layer.index, show: layer => String(layer.index) },
		{ title: "layer", class: "layer", value: layer => layer.name, show: layer => [clean(layer.name), " ", marksOf(layer)] },
		{ title: "type", value: layer => layer.type, show: layer => [swatch(hueOf(layer.type)), layer.type] },
		...["runtime_ms", ...(hasPower(report) ? ["power_w", "energy_mj"] : [])].map(measured),
		{
			title: `share of ${key === "energy_mj" ? "energy" : "runtime"}`, number: true, class: "share",
			value: layer => works(layer) ? shareOf(report, layer, key) : 0,
			show: layer => works(layer) ? shareCell(shareOf(report, layer, key), shareOf(report, layer, key) / most) : "free",
		},
	];
}

function intervalSwitch(region, report) {
	const box = h("input", { type: "checkbox", onchange: () => region.classList.toggle("intervals", box.checked) });
	return h("label", null, box, ` ${levelOf(report)} % intervals`);
}

function layerFilter(region, layers) {
	const count = h("span", { class: "soft", "aria-live": "polite" });
	const input = h("input", { type: "search", placeholder: "name or type", "aria-label": "Show only layers whose name or type has" });
	input.addEventListener("input", () => {
		const word = input.value.trim().toLowerCase(), fits = layer => !word || `${layer.name} ${layer.type}`.toLowerCase().includes(word);
		region.keepRows(fits);
		count.textContent = word ? ` ${layers.filter(fits).length} of ${layers.length}` : "";
	});
	return [h("label", null, "Filter ", input), count];
}

function layerTable(report) {
	const { layers } = report, free = layers.length - layers.filter(works).length;
	const region = sortable({
		caption: `Layers of ${clean(report.network.name)}`, columns: layerColumns(report), rows: layers, head: 1,
		rowClass: layer => works(layer) ? null : "free",
	});
	const legendLines = [layers.some(layer => layer.source === "fallback") && "~ no learned model: bytes moved over the platform's bandwidth",
		layers.some(layer => layer.extrapolated) && "! outside the range the platform was learned from",
		free > 0 && `${counted(free, "layer")} ${free === 1 ? "costs" : "cost"} nothing at inference`].filter(Boolean);
	const part = section("Every layer", h("p", { class: "filter" }, layers.length > 24 && layerFilter(region, layers), intervalSwitch(region, report)), region,
		legendLines.length > 0 && h("p", { class: "note" }, legendLines.join(" \u00b7 ")));
	part.id = "layers";
	part.openLayer = layer => {
		const row = region.rowOf(layer);
		document.querySelectorAll("tr.chosen").forEach(other => other.classList.remove("chosen"));
		row.hidden = false;
		row.classList.add("chosen");
		row.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
		teller.textContent = `Row of ${clean(layer.name)} in the table of layers`;
	};
	return part;
}

/* ---- pages ---- */

function predictFacts(report) {
	const { network, platform } = report;
	return [`batch ${network.batch}`, `on ${platform.name}`, platform.device, platform.software, platform.dtype, `${network.file}, ${network.format}`];
}

function predictBody(report) {
	const table = layerTable(report);
	const where = section("Where it goes", tabs("Quantity", measuresOf(report).map(key => ({ key, name: targetOf(key).name })),
		(key, panel) => panel.replaceChildren(...layerPictures(report, key, layer => table.openLayer(layer)))), typeFigure(report));
	return [totalCards(report), summaryOf(report), coverageOf(report), where, table];
}

/* Several results: side by side first, then one of them in full. */
function resultTable(reports, choose) {
	const short = report => `${clean(report.network.name)}, batch ${report.network.batch}, on ${report.platform.name}`;
	const buttons = reports.map((report, i) => h("button", { type: "button", class: "pick", "aria-pressed": "false", onclick: () => take(i) }, clean(report.network.name)));
	function take(index) {
		buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
		choose(reports[index], short(reports[index]));
	}
	const measured = key => ({
		title: targetOf(key).name.toLowerCase(), number: true, value: report => report.totals[key], show: report => quantity(report.totals[key], key),
	});
	const table = sortable({
		caption: "Results", rows: reports, columns: [
			{ title: "network", class: "layer", value: report => report.network.name, show: report => buttons[reports.indexOf(report)] },
			{ title: "batch", number: true, value: report => report.network.batch, show: report => String(report.network.batch) },
			{ title: "platform", value: report => report.platform.name },
			...["runtime_ms", "power_w", "energy_mj", "energy_per_item_mj", "items_per_s"].map(measured),
		],
	});
	return { table, take };
}

function resultBars(reports) {
	const keys = ["energy_per_item_mj", "runtime_ms"].filter(key => reports.some(report => known(report.totals[key])));
	return tabs("Quantity of the results", keys.map(key => ({ key, name: targetOf(key).name })), (key, panel) => {
		const most = Math.max(...reports.map(report => report.totals[key] || 0)) * 1.02;
		const rows = reports.map(report => ({
			name: report.network.name, note: `batch ${report.network.batch}, ${report.platform.name}`,
			bars: [{
				hue: "hue h0", value: report.totals[key], text: quantity(report.totals[key], key),
				tell: () => [`${clean(report.network.name)}, batch ${report.network.batch}`, report.platform.name, `${targetOf(key).name} ${quantity(report.totals[key], key)}`],
			}],
		}));
		panel.replaceChildren(figure({
			title: targetOf(key).name, wide: true,
			label: () => `Bars: ${targetOf(key).name.toLowerCase()} of ${rows.map(row => `${clean(row.name)} ${row.note}: ${row.bars[0].text}`).join("; ")}`,
			draw: width => drawBars({ rows, most, width, text: value => tickText(value, key) }),
		}));
	});
}

function predictPage(reports) {
	const one = reports[0];
	if (reports.length === 1)
		return [pageHead({ kind: "Prediction", title: one.network.name, facts: predictFacts(one) }), predictBody(one)];
	const detail = h("div", { class: "detail" });
	const results = resultTable(reports, (report, title) => {
		detail.replaceChildren(section(title), ...[predictBody(report)].flat(Infinity).filter(Boolean));
	});
	results.take(0);
	const names = [...new Set(reports.map(report => report.network.name))], platforms = [...new Set(reports.map(report => report.platform.name))];
	return [pageHead({
		kind: "Predictions", title: names.length > 3 ? `${names.length} networks` : listed(names),
		facts: [counted(reports.length, "result"), ...platforms.map(name => `on ${name}`)],
	}), section("Side by side", resultBars(reports), results.table, h("p", { class: "note" }, "The name of a network shows it in full below.")), detail];
}
