/* compare: what several methods say of one network, beside the layers' shares of the FLOPs (Figure 4 of the paper). */

const MOST_COMPARED = 24, LEAST_COMPARED = 0.005; /* layers drawn, and the share of any method; the table has all */

/* "paleo, titan_x"; a learned platform by its name. */
const columnName = column => column.method === "model" ? column.platform : `${column.method}, ${column.platform}`;
const hueAt = i => `hue h${i % MOST_HUES}`;

/* The layers that matter to any of the methods, in the network's order. */
function comparedLayers(report) {
	const weight = layer => Math.max(layer.flops_share, ...layer.estimates.map(estimate => estimate.runtime_share));
	const busy = report.layers.filter(layer => weight(layer) >= LEAST_COMPARED).sort((a, b) => weight(b) - weight(a)).slice(0, MOST_COMPARED);
	const drawn = busy.length ? busy : report.layers.slice(0, MOST_COMPARED);
	return { drawn: drawn.sort((a, b) => a.index - b.index), all: report.layers.filter(layer => weight(layer) > 0).length };
}

const COMPARED = {
	share: { name: "Share of runtime", key: "runtime_share", text: percent, tick: value => `${+(100 * value).toFixed(1)}${NARROW}%`, flops: true },
	runtime_ms: { name: "Runtime", key: "runtime_ms", text: value => quantity(value, "runtime_ms"), tick: value => tickText(value, "runtime_ms") },
	energy_mj: { name: "Energy", key: "energy_mj", text: value => quantity(value, "energy_mj"), tick: value => tickText(value, "energy_mj") },
};

function compareFigure(report, measure) {
	const { drawn, all } = comparedLayers(report), names = report.columns.map(columnName);
	const bars = layer => [...layer.estimates.map((estimate, i) => ({ name: names[i], hue: hueAt(i), value: estimate[measure.key] })),
		measure.flops && { name: "FLOPs", hue: "hue plain", value: layer.flops_share }].filter(Boolean);
	const most = Math.max(...drawn.flatMap(layer => bars(layer).map(bar => bar.value || 0))) * 1.02;
	return figure({
		title: `${measure.name} of each layer`, wide: true, note: drawn.length < all && `The ${drawn.length} layers with the largest shares of ${all}.`,
		legend: legend(bars(drawn[0] || { estimates: [] })),
		label: () => `Bars: ${measure.name.toLowerCase()} of each layer by ${listed(names)}. ` + drawn.map(layer =>
			`${clean(layer.name)}: ${bars(layer).map(bar => `${bar.name} ${measure.text(bar.value)}`).join(", ")}`).join("; "),
		draw: width => drawBars({
			width, most, text: measure.tick, rows: drawn.map(layer => ({
				name: layer.name, note: layer.type, bars: bars(layer).map(bar => ({
					...bar, text: measure.text(bar.value),
					tell: () => [`${clean(layer.name)} \u00b7 ${layer.type}`, clean(bar.name), `${bar.name === "FLOPs" ? "Share of the FLOPs" : measure.name} ${measure.text(bar.value)}`],
				})),
			})),
		}),
	});
}

function compareCards(report) {
	return cards(report.columns.map((column, i) => {
		const total = report.totals[i], bottleneck = report.bottlenecks[i], error = total.runtime_ms_error;
		return {
			name: columnName(column), value: quantity(total.runtime_ms, "runtime_ms"), line: [
				known(total.energy_mj) && quantity(total.energy_mj, "energy_mj"), known(error) && `${signedPercent(error)} of measured`,
				bottleneck && `most in ${brief(bottleneck.name, 24)}, ${percent(bottleneck.share)}`].filter(Boolean).join("; "),
		};
	}));
}

/* Totals, and what was measured as a line across. */
function totalsFigure(report, key) {
	const actual = report.actual[key], names = report.columns.map(columnName);
	const texts = report.totals.map(total => quantity(total[key], key) + (known(total[key + "_error"]) ? `, ${signedPercent(total[key + "_error"])}` : ""));
	const most = Math.max(...report.totals.map(total => total[key] || 0), actual || 0) * 1.02;
	return figure({
		title: `${nameOf(key)} of the network`, wide: true, note: known(actual) && `The dashed line is what was measured: ${quantity(actual, key)}.`,
		label: () => `Bars: ${nameOf(key).toLowerCase()} of the network. ${names.map((name, i) => `${name}: ${texts[i]}`).join("; ")}` +
			(known(actual) ? `; measured ${quantity(actual, key)}` : ""),
		draw: width => drawBars({
			width, most, mark: actual, text: value => tickText(value, key), rows: report.totals.map((total, i) => ({
				name: report.columns[i].platform, note: report.columns[i].method, bars: [{
					hue: hueAt(i), value: total[key], text: quantity(total[key], key), tell: () => [clean(names[i]), `${nameOf(key)} ${texts[i]}`],
				}],
			})),
		}),
	});
}

function compareTable(report) {
	return sortable({
		caption: `Layers of ${clean(report.network.name)} by method`, rows: report.layers, head: 1, columns: [
			{ title: "#", number: true, value: layer => layer.index, show: layer => String(layer.index) },
			{ title: "layer", class: "layer", value: layer => layer.name }, { title: "type", value: layer => layer.type },
			{ title: "FLOPs", number: true, value: layer => layer.flops, show: layer => scaled(layer.flops, UNITS.count) },
			{ title: "share", number: true, value: layer => layer.flops_share, show: layer => percent(layer.flops_share) },
			...report.columns.flatMap((column, i) => [
				{ title: clean(columnName(column)), number: true, value: layer => layer.estimates[i].runtime_ms, show: layer => quantity(layer.estimates[i].runtime_ms, "runtime_ms") },
				{ title: "share", number: true, value: layer => layer.estimates[i].runtime_share, show: layer => percent(layer.estimates[i].runtime_share) }]),
		],
	});
}

function compareBody(report) {
	const keys = ["share", "runtime_ms", ...(report.totals.some(total => known(total.energy_mj)) ? ["energy_mj"] : [])];
	const words = report.bottlenecks_agree ? "All methods and the FLOPs see the same bottleneck." : "The methods do not agree on the bottleneck.";
	return [compareCards(report), h("p", { class: "lead" }, words, report.flops_bottleneck &&
		` By FLOPs it is ${brief(report.flops_bottleneck.name, 40)}, ${percent(report.flops_bottleneck.share)}.`),
		section("Layer by layer", tabs("Quantity", keys.map(key => ({ key, name: COMPARED[key].name })), (key, panel) =>
			panel.replaceChildren(...[key !== "share" && totalsFigure(report, key), compareFigure(report, COMPARED[key])].filter(Boolean)))),
		section("Every number", compareTable(report))];
}

function comparePage(reports) {
	return reports.map((report, i) => {
		const { network } = report, facts = [`batch ${network.batch}`, ...report.columns.map(columnName), `${network.file}, ${network.format}`];
		return [i ? section(`${clean(network.name)}, batch ${network.batch}`) : pageHead({ kind: "Comparison", title: network.name, facts }), compareBody(report)];
	});
}
