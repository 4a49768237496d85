/* Quantities for people: three digits and the unit that suits, as the program's own tables write them. */

const UNITS = {
	ms: [[3600e3, "h"], [60e3, "min"], [1e3, "s"], [1, "ms"], [1e-3, "\u00b5s"], [1e-6, "ns"]],
	w: [[1e3, "kW"], [1, "W"], [1e-3, "mW"]],
	mj: [[1e9, "MJ"], [1e6, "kJ"], [1e3, "J"], [1, "mJ"], [1e-3, "\u00b5J"]],
	count: [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "K"], [1, ""]],
};
const NARROW = "\u00a0";
const UNKNOWN = "\u2013";

/* Words for the quantities of reports. */
const TARGETS = {
	runtime_ms: { name: "Runtime", units: "ms" },
	power_w: { name: "Power", units: "w" },
	energy_mj: { name: "Energy", units: "mj" },
	energy_per_item_mj: { name: "Energy per item", units: "mj" },
	items_per_s: { name: "Throughput", units: "count", after: "items/s" },
};
const targetOf = key => TARGETS[key] || { name: key ? clean(key) : "Value", units: "count" };
const known = value => typeof value === "number" && Number.isFinite(value);

/* As C rounds: what lies exactly between goes to the even digit, where toFixed() goes up. */
function rounded(value, places) {
	const whole = Math.abs(value) * 10 ** places, low = Math.floor(whole);
	const between = whole - low === 0.5 && Number.isInteger(value * 2 ** (places + 1)) && low % 2 === 0;
	return (between ? Math.sign(value) * low / 10 ** places : value).toFixed(places);
}

function digits(value) {
	const size = Math.abs(value);
	return rounded(value, size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : 2);
}

/* The unit for a value, of a descending list. */
function unitFor(value, units) {
	const size = Math.abs(value);
	if (!size)
		return units.find(unit => unit[0] === 1);
	return units.find(unit => size >= unit[0] * 0.9995) || units[units.length - 1];
}

function scaled(value, units) {
	if (units === UNITS.count && Math.abs(value) < 1000 && Number.isInteger(value))
		return String(value);
	const unit = unitFor(value, units);
	return digits(value / unit[0]) + (unit[1] ? NARROW + unit[1] : "");
}

/* A value of a report under its key: quantity(310.03, "runtime_ms") is "310 ms". */
function quantity(value, key) {
	if (!known(value))
		return UNKNOWN;
	const target = targetOf(key);
	return scaled(value, UNITS[target.units]) + (target.after ? NARROW + target.after : "");
}

const percent = fraction => known(fraction) ? digits(100 * fraction) + NARROW + "%" : UNKNOWN;
const signedPercent = fraction =>
	known(fraction) ? (fraction < 0 ? "\u2212" : "+") + Math.abs(100 * fraction).toFixed(1) + NARROW + "%" : UNKNOWN;
const counted = (count, word, words) => `${count} ${count === 1 ? word : words || word + "s"}`;
const span = (interval, key) => `${quantity(interval[0], key)} to ${quantity(interval[1], key)}`;

/* "a, b and c" */
function listed(words) {
	return words.length < 2 ? words.join("") : words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
}
