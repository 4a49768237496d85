/* evaluate: predictions beside measurements. */

const nameOf = key => targetOf(key).name;
const writeValue = (value, key) => quantity(value, key);

function accuracyCard(line, what) {
	return {
		name: nameOf(line.target), value: percent(line.rmspe), line: `RMSPE over ${counted(line.rows, what)}, ` +
			`accuracy ${percent(line.accuracy)}. Half are within ${percent(line.median_ape)}, ${percent(line.within_10pct)} within 10 %` +
			(known(line.interval_coverage) ? `, ${percent(line.interval_coverage)} in their interval.` : "."),
	};
}

/* ---- predicted against actual ---- */

const tellPair = (head, predicted, actual, key, more) => () => [head, `predicted ${writeValue(predicted, key)}`,
	`measured ${writeValue(actual, key)}`, `error ${signedPercent(predicted / actual - 1)}`, more].filter(Boolean);

function layerGroups(report, key) {
	return report.layers.filter(score => score.target === key && score.points).map((score, i) => ({
		name: score.type || "all", hue: report.platform ? hueOf(score.type) : `hue h${i % MOST_HUES}`, shape: i, rows: score.rows,
		points: score.points.predicted.map((predicted, at) => ({
			x: score.points.actual[at], y: predicted,
			tell: tellPair(clean(score.type || "a row"), predicted, score.points.actual[at], key, `line ${score.points.line[at]} of the data`),
		})),
	}));
}

function networkGroups(report, key) {
	const names = [...new Set(report.networks.map(score => score.network))];
	return names.map((name, i) => {
		const scores = report.networks.filter(score => score.network === name && score.target === key);
		return {
			name, hue: `hue h${i % MOST_HUES}`, shape: i, rows: scores.length, points: scores.map(score => ({
				x: score.actual, y: score.predicted, tell: tellPair(`${clean(name)}, batch ${score.batch}`, score.predicted, score.actual, key),
			})),
		};
	}).filter(group => group.rows);
}

/* Points of zero have no place on a logarithmic axis. */
const drawable = groups => groups.map(group => ({ ...group, points: group.points.filter(point => point.x > 0 && point.y > 0) }));

function scatterFigure(groups, key, report) {
	const hidden = new Set(), all = drawable(groups), points = all.flatMap(group => group.points);
	const ends = logEnds(points.flatMap(point => [point.x, point.y])), summary = report.summary.find(line => line.target === key);
	const rows = groups.reduce((sum, group) => sum + group.rows, 0);
	const frame = figure({
		title: `${nameOf(key)}: predicted against measured`,
		note: "On the line a prediction is right; the band is 10 % to either side." +
			(points.length < rows ? ` ${points.length} of ${rows} rows are drawn.` : ""),
		legend: toggles("Shown in the picture", all.map(group => ({ ...group, text: String(group.rows) })), (name, shown) => {
			hidden[shown ? "delete" : "add"](name);
			frame.redraw();
		}),
		label: () => `Scatter: predicted against measured ${nameOf(key).toLowerCase()} of ${counted(points.length, "point")}` +
			(summary ? `, ${percent(summary.within_10pct)} of them within 10 %` : ""),
		draw: width => drawScatter({
			groups: all.filter(group => !hidden.has(group.name)), width, square: true, identity: true,
			x: { title: "measured", key, log: true, ends }, y: { title: "predicted", key, log: true, ends },
		}),
		table: () => plainTable("Points by group", ["group", "rows", "smallest measured", "largest measured"], all.map(group => [
			clean(group.name), String(group.rows), ...[Math.min, Math.max].map(pick => writeValue(pick(...group.points.map(point => point.x)), key))])),
	});
	return frame;
}

/* ---- errors ---- */

const ERRORS = [
	{ key: "in_sample_rmspe", name: "in-sample", hue: "hue h3" },
	{ key: "cross_validated_rmspe", name: "held-out", hue: "hue h0" },
	{ key: "rmspe", name: "these rows", hue: "hue h1" },
];

function errorFigure(report, key) {
	const scores = report.layers.filter(score => score.target === key), kinds = ERRORS.filter(kind => scores.some(score => known(score[kind.key])));
	const values = scores.flatMap(score => kinds.map(kind => score[kind.key])).filter(known), most = Math.max(...values, 0) * 1.02;
	return figure({
		title: `${nameOf(key)}: error by type`, legend: kinds.length > 1 && legend(kinds),
		note: "Root mean square percentage error. Held-out rows were not seen by the models that predicted them.",
		label: () => `Bars: RMSPE of ${nameOf(key).toLowerCase()} by type. ` +
			scores.map(score => `${score.type || "all"} ${kinds.map(kind => `${kind.name} ${percent(score[kind.key])}`).join(", ")}`).join("; "),
		draw: width => drawBars({
			width, most, text: value => `${+(100 * value).toFixed(1)}${NARROW}%`,
			rows: scores.map(score => ({
				name: score.type || "all", note: counted(score.rows, "row"), bars: kinds.map(kind => ({
					hue: kind.hue, value: score[kind.key], text: percent(score[kind.key]),
					tell: () => [clean(score.type || "all"), `${kind.name}: RMSPE ${percent(score[kind.key])}`, counted(score.rows, "row")],
				})),
			})),
		}),
	});
}

function scoreTable(report) {
	const share = (title, key, hint) => ({ title, hint, number: true, value: score => score[key], show: score => percent(score[key]) });
	const whole = (title, key, hint) => ({
		title, hint, number: true, value: score => score[key], show: score => known(score[key]) ? String(score[key]) : UNKNOWN,
	});
	return sortable({
		caption: "Errors by type and quantity", rows: report.layers, columns: [
			{ title: "type", value: score => score.type, show: score => [report.platform && swatch(hueOf(score.type)), clean(score.type || "all")] },
			{ title: "quantity", value: score => score.target, show: score => nameOf(score.target).toLowerCase() },
			whole("rows", "rows"), ...(report.platform ? [whole("terms", "model_size", "terms of the model"), whole("degree", "degree")] : []),
			...(report.platform ? [share("in-sample", "in_sample_rmspe", "RMSPE on the rows it was learned from"),
				share("held-out", "cross_validated_rmspe", "RMSPE in cross-validation")] : []),
			share("RMSPE", "rmspe", "of these rows"), share("MAPE", "mape"), share("median", "median_ape", "of the absolute percentage errors"),
			share("within 10 %", "within_10pct"), share("in interval", "interval_coverage"),
		],
	});
}

/* ---- whole networks ---- */

const SUMS = [
	{ key: "predicted", name: "predicted", hue: "hue h0" },
	{ key: "actual", name: "measured", hue: "hue h7" },
	{ key: "sum_of_layers", name: "sum of its layers, measured alone", hue: "hue h3" },
];

/* Networks differ by factors of hundreds: each is drawn in percent of its own measurement. */
function networkFigure(report, key) {
	const scores = report.networks.filter(score => score.target === key), kinds = SUMS.filter(kind => scores.some(score => known(score[kind.key])));
	const most = Math.max(...scores.flatMap(score => [...kinds.map(kind => (score[kind.key] || 0) / score.actual),
		score.interval ? score.interval[1] / score.actual : 0])) * 1.02;
	return figure({
		title: `${nameOf(key)} of whole networks`, wide: true, legend: legend(kinds),
		note: "In percent of what was measured; the whisker is the prediction's interval.",
		label: () => `Bars: ${nameOf(key).toLowerCase()} of networks. ` + scores.map(score => `${clean(score.network)} batch ${score.batch}: ` +
			kinds.map(kind => `${kind.name} ${writeValue(score[kind.key], key)}`).join(", ")).join("; "),
		draw: width => drawBars({
			width, most, mark: 1, text: value => `${Math.round(100 * value)}${NARROW}%`,
			rows: scores.map(score => ({
				name: score.network, note: `batch ${score.batch}, ${signedPercent(score.error)}`, bars: kinds.map(kind => ({
					hue: kind.hue, value: known(score[kind.key]) ? score[kind.key] / score.actual : null, text: writeValue(score[kind.key], key),
					interval: kind.key === "predicted" && score.interval ? score.interval.map(end => end / score.actual) : null,
					tell: () => [`${clean(score.network)}, batch ${score.batch}`, `${kind.name} ${writeValue(score[kind.key], key)}`,
						kind.key !== "actual" && `${signedPercent(score[kind.key] / score.actual - 1)} of measured`,
						kind.key === "predicted" && score.interval && `interval ${span(score.interval, key)}`].filter(Boolean),
				})),
			})),
		}),
	});
}

function networkTable(report) {
	const measured = (title, key) => ({ title, number: true, value: score => score[key], show: score => writeValue(score[key], score.target) });
	return sortable({
		caption: "Networks", rows: report.networks, columns: [
			{ title: "network", class: "layer", value: score => score.network },
			{ title: "batch", number: true, value: score => score.batch, show: score => String(score.batch) },
			{ title: "quantity", value: score => score.target, show: score => nameOf(score.target).toLowerCase() },
			measured("predicted", "predicted"), measured("measured", "actual"), measured("sum of layers", "sum_of_layers"),
			{ title: "error", number: true, value: score => score.error, show: score => signedPercent(score.error) },
		],
	});
}

function evaluateBody(report) {
	const keys = [...new Set([...report.layers, ...report.networks].map(score => score.target))], whole = report.networks.length > 0;
	const pictures = key => [
		h("div", { class: "pair" }, whole && networkFigure(report, key), scatterFigure(whole ? networkGroups(report, key) : layerGroups(report, key), key, report),
			!whole && errorFigure(report, key)),
	];
	return [cards(report.summary.map(line => accuracyCard(line, whole ? "network" : "row"))),
		section("How close", tabs("Quantity", keys.map(key => ({ key, name: nameOf(key) })), (key, panel) => panel.replaceChildren(...pictures(key)))),
		section("Every number", whole ? networkTable(report) : scoreTable(report))];
}

function evaluatePage(reports) {
	return reports.map(report => {
		const platform = report.platform;
		return [pageHead({
			kind: "Evaluation", title: platform ? platform.name : report.data,
			facts: platform ? [`against ${report.data}`, platform.device, platform.software, platform.dtype] : ["predictions from elsewhere"],
		}), evaluateBody(report)];
	});
}
