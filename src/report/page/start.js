/* Reads the report that the page carries and draws it. What stood there for readers without scripts stays if that fails. */

const PAGES = {
	"neuralpower/predict/1": predictPage,
	"neuralpower/evaluate/1": evaluatePage,
	"neuralpower/degrees/1": degreesPage,
	"neuralpower/compare/1": comparePage,
	"neuralpower/rank/1": rankPage,
	"neuralpower/sweep/1": sweepPage,
};

function start() {
	const parsed = JSON.parse(document.getElementById("report").textContent);
	const reports = Array.isArray(parsed) ? parsed : [parsed];
	const page = reports.length ? PAGES[reports[0].schema] : null;
	if (!page)
		return;
	const parts = [page(reports)].flat(Infinity).filter(Boolean);
	document.getElementById("page").replaceChildren(...parts);
	document.body.append(bubble, teller);
}

start();
