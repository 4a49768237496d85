/* rank: the Energy-Precision Ratio's choice and the Pareto front, error against energy (Figure 1 of the paper). */

const tellNetwork = (report, network) => () => [clean(network.network), `error ${percent(network.error)}`,
	`energy per item ${quantity(network.energy_per_item_mj, "energy_per_item_mj")}`,
	known(network.runtime_ms) && `runtime ${quantity(network.runtime_ms, "runtime_ms")}`,
	network.pareto && "on the Pareto front", network.missed.length > 0 && `over the budget of ${listed(network.missed.map(key => nameOf(key).toLowerCase()))}`,
	...report.alphas.map((alpha, a) => network.places[a] && `place ${network.places[a]} for alpha ${alpha}`)].filter(Boolean);

function rankGroups(report) {
	const chosen = new Set(report.chosen.map(choice => choice.network)), front = report.networks.filter(network => network.pareto).length;
	const kinds = [
		{ name: "chosen", hue: "hue h1", shape: 3, holds: network => chosen.has(network.network) && !network.missed.length },
		{ name: "on the Pareto front", hue: "hue h0", shape: 0, holds: network => network.pareto },
		{ name: "over a budget", hue: "hue plain", shape: 4, holds: network => network.missed.length > 0 },
		{ name: "others", hue: "hue h7", shape: 1, holds: () => true },
	];
	const of = network => kinds.find(kind => kind.holds(network));
	return kinds.map(kind => ({
		...kind, points: report.networks.filter(network => known(network.energy_per_item_mj) && of(network) === kind).map(network => ({
			x: network.energy_per_item_mj, y: network.error, tell: tellNetwork(report, network),
			label: kind.name === "chosen" || (network.pareto && front <= 8) || report.networks.length <= 12 ? network.network : null,
		})),
	})).filter(kind => kind.points.length);
}

function rankFigure(report) {
	const groups = rankGroups(report).reverse(), points = groups.flatMap(group => group.points);
	const energies = points.map(point => point.x), log = Math.max(...energies) > 15 * Math.min(...energies);
	const frontier = report.networks.filter(network => network.pareto && known(network.energy_per_item_mj))
		.map(network => ({ x: network.energy_per_item_mj, y: network.error })).sort((a, b) => a.x - b.x);
	return figure({
		title: "Error against energy", wide: true, legend: legend(groups.map(group => ({ ...group, text: String(group.points.length) }))),
		note: "Further down errs less, further left costs less. The dashed line is the Pareto front: nothing is better in both.",
		label: () => `Scatter: error against energy per item of ${counted(points.length, "network")}; on the Pareto front: ` +
			listed(report.networks.filter(network => network.pareto).map(network => clean(network.network))),
		draw: width => drawScatter({
			groups, width, frontier, x: { title: "energy per item", key: "energy_per_item_mj", log },
			y: { title: "error", text: value => `${+(100 * value).toFixed(2)}${NARROW}%` },
		}),
	});
}

function rankCards(report) {
	return cards(report.chosen.map((choice, a) => {
		const network = report.networks.find(other => other.network === choice.network);
		return {
			name: `Chosen for alpha ${choice.alpha}`, value: choice.network === null ? "none" : brief(choice.network, 18),
			line: network ? `error ${percent(network.error)}, ${quantity(network.energy_per_item_mj, "energy_mj")} per item, ratio ${(+network.scores[a].toPrecision(4))}`
				: "no network is within the budgets",
		};
	}));
}

function rankTable(report) {
	return sortable({
		caption: "Networks by error, energy and ratio", rows: report.networks, rowClass: network => network.missed.length ? "free" : null, columns: [
			{ title: "network", class: "layer", value: network => network.network },
			{ title: "error", number: true, value: network => network.error, show: network => percent(network.error) },
			...["energy_per_item_mj", "runtime_ms", "power_w"].filter(key => report.networks.some(network => known(network[key]))).map(key => ({
				title: nameOf(key).toLowerCase(), number: true, value: network => network[key], show: network => quantity(network[key], key),
			})),
			...report.alphas.map((alpha, a) => ({
				title: `alpha ${alpha}`, hint: "the ratio, lower is better; a star marks the first", number: true, value: network => network.scores[a],
				show: network => (known(network.scores[a]) ? String(+network.scores[a].toPrecision(4)) : UNKNOWN) + (network.places[a] === 1 ? " \u2605" : ""),
			})),
			{ title: "front", value: network => network.pareto ? 0 : 1, show: network => network.pareto ? "Pareto" : network.missed.length ? "over budget" : "" },
		],
	});
}

function rankPage(reports) {
	return reports.map(report => [
		pageHead({ kind: "Ranking", title: "Energy-Precision Ratio", facts: [report.data, counted(report.networks.length, "network")] }),
		h("p", { class: "lead" }, "error", h("sup", null, "alpha"), " \u00d7 energy per item, lower is better: the larger alpha, the more precision is worth."),
		rankCards(report), section("The choice", rankFigure(report)), section("Every network", rankTable(report))]);
}
