/* degrees: the errors of each degree of the paper's polynomial, the chosen one marked (Figure 3 of the paper). */

const DEGREE_ERRORS = [{ key: "cv_rmse", name: "RMSE" }, { key: "cv_rmspe", name: "RMSPE" }];

function modelsOf(report) {
	const models = new Map();
	for (const degree of report.degrees || []) {
		const name = `${degree.type} ${nameOf(degree.target).toLowerCase()}`;
		models.set(name, [...(models.get(name) || []), degree]);
	}
	return models;
}

const degreeError = (degree, error) => error.key === "cv_rmspe" ? percent(degree[error.key]) : quantity(degree[error.key], degree.target);

function tellDegree(degree) {
	return degree.terms === null
		? [`degree ${degree.degree}`, `not tried: ${degree.terms_offered} terms are too many`]
		: [`degree ${degree.degree}${degree.chosen ? ", chosen" : ""}`, ...DEGREE_ERRORS.map(error => `${error.name} ${degreeError(degree, error)}`),
			`${degree.terms} of ${degree.terms_offered} terms kept`];
}

function modelFigure(name, degrees, error) {
	const values = degrees.map(degree => degree[error.key]).filter(known), most = Math.max(...values) * 1.02, first = degrees[0];
	return figure({
		title: name,
		label: () => `Bars: held-out ${error.name} of ${name} by degree. ` +
			degrees.map(degree => `degree ${degree.degree}${degree.chosen ? ", chosen" : ""}: ${degreeError(degree, error)}`).join("; "),
		draw: width => drawBars({
			width: Math.min(width, 519), most, text: value => error.key === "cv_rmspe" ? `${+(100 * value).toFixed(1)}${NARROW}%` : tickText(value, first.target),
			rows: degrees.map(degree => ({
				name: `degree ${degree.degree}`, note: degree.terms === null ? "not tried" : `${degree.terms} terms${degree.chosen ? ", chosen" : ""}`,
				bars: [{ hue: degree.chosen ? "hue h0" : "hue plain", value: degree[error.key], text: degreeError(degree, error), tell: () => tellDegree(degree) }],
			})),
		}),
	});
}

function degreeTable(report) {
	const whole = (title, key) => ({ title, number: true, value: degree => degree[key], show: degree => known(degree[key]) ? String(degree[key]) : UNKNOWN });
	return sortable({
		caption: "Degrees", rows: report.degrees || [], rowClass: degree => degree.chosen ? "chosen" : null, columns: [
			{ title: "type", value: degree => degree.type }, { title: "quantity", value: degree => nameOf(degree.target).toLowerCase() },
			whole("degree", "degree"), whole("terms offered", "terms_offered"), whole("terms kept", "terms"),
			...DEGREE_ERRORS.map(error => ({
				title: `held-out ${error.name}`, number: true, value: degree => degree[error.key], show: degree => degreeError(degree, error),
			})),
			{ title: "chosen", value: degree => degree.chosen ? 1 : 0, show: degree => degree.chosen ? "chosen" : "" },
		],
	});
}

function degreesPage([report]) {
	return [pageHead({ kind: "Degrees of the paper's polynomial", title: report.platform.name, facts: [report.platform.device, report.platform.software, report.platform.dtype] }),
		h("p", { class: "lead" }, "The degree of least RMSE in ten-fold cross-validation is chosen."),
		section("By degree", tabs("Error", DEGREE_ERRORS, (key, panel) => panel.replaceChildren(h("div", { class: "grid" },
			[...modelsOf(report)].map(([name, degrees]) => modelFigure(name, degrees, DEGREE_ERRORS.find(error => error.key === key))))))),
		section("Every number", degreeTable(report))];
}
