/* sweep: runtime, power and energy per item against the batch. */

const SWEPT = ["energy_per_item_mj", "items_per_s", "runtime_ms", "power_w"];
const sweepName = report => `${report.network.name} on ${report.platform.name}`;

function sweepFigure(reports, key) {
	const steps = [...new Set(reports.flatMap(report => report.batches.map(point => point.batch)))].sort((a, b) => a - b);
	const series = reports.map((report, i) => ({
		name: sweepName(report), hue: `hue h${i % MOST_HUES}`, shape: i, points: report.batches.filter(point => known(point[key])).map(point => {
			const interval = point[key + "_interval"];
			return {
				x: point.batch, y: point[key], low: interval ? interval[0] : null, high: interval ? interval[1] : null,
				tell: () => [`${clean(sweepName(report))}`, `batch ${point.batch}`, `${nameOf(key)} ${quantity(point[key], key)}`,
					interval && `interval ${span(interval, key)}`].filter(Boolean),
			};
		}),
	})).filter(one => one.points.length);
	return figure({
		title: `${nameOf(key)} against batch`, wide: true, legend: series.length > 1 && legend(series),
		note: SWEPT.indexOf(key) !== 1 && `The band is the ${Math.round(100 * reports[0].interval_level)} % interval.`,
		label: () => `Lines: ${nameOf(key).toLowerCase()} against batch. ` + series.map(one =>
			`${clean(one.name)}: ${one.points.map(point => `batch ${point.x} ${quantity(point.y, key)}`).join(", ")}`).join("; "),
		draw: width => drawLines({ series, width, x: { title: "batch", steps, text: String }, y: { title: nameOf(key).toLowerCase(), key } }),
	});
}

function sweepCards(report) {
	const at = batch => report.batches.find(point => point.batch === batch), least = at(report.least_energy_per_item), most = at(report.most_items_per_s);
	return cards([
		least && { name: "Least energy per item", value: quantity(least.energy_per_item_mj, "energy_mj"), line: `at batch ${least.batch}` },
		most && { name: "Highest throughput", value: quantity(most.items_per_s, "items_per_s"), line: `at batch ${most.batch}` }]);
}

function sweepTable(report) {
	const keys = ["runtime_ms", "power_w", "energy_mj", "energy_per_item_mj", "items_per_s"].filter(key => report.batches.some(point => known(point[key])));
	return sortable({
		caption: `Batches of ${clean(sweepName(report))}`, rows: report.batches, columns: [
			{ title: "batch", number: true, value: point => point.batch, show: point => String(point.batch) },
			...keys.map(key => ({
				title: nameOf(key).toLowerCase(), number: true, value: point => point[key],
				show: point => [quantity(point[key], key), point[key + "_interval"] && h("small", { class: "interval" }, span(point[key + "_interval"], key))],
			})),
		],
	});
}

function sweepPage(reports) {
	const one = reports[0], alone = reports.length === 1, keys = SWEPT.filter(key => reports.some(report => report.batches.some(point => known(point[key]))));
	const head = alone ? pageHead({
		kind: "Batch sweep", title: one.network.name,
		facts: [`on ${one.platform.name}`, one.platform.device, one.platform.software, `${one.network.file}, ${one.network.format}`],
	}) : pageHead({ kind: "Batch sweep", title: listed([...new Set(reports.map(report => report.network.name))]), facts: reports.map(sweepName) });
	return [head, alone && sweepCards(one), section("Against the batch", tabs("Quantity", keys.map(key => ({ key, name: nameOf(key) })),
		(key, panel) => panel.replaceChildren(sweepFigure(reports, key)))),
		reports.map(report => section(alone ? "Every number" : sweepName(report), !alone && sweepCards(report), h("div", { class: "intervals" }, sweepTable(report))))];
}
