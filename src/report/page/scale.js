/* Scales of axes: at(value) is a place, ticks are values worth a line, with their text. */

/* Without zeros that say nothing: "1.00 ms" on an axis is "1 ms"; in seconds, of which powers of ten are round. */
const TICK_UNITS = { ...UNITS, ms: UNITS.ms.slice(2) };
const tickText = (value, key) => value === 0 ? "0" : scaled(value, TICK_UNITS[targetOf(key).units]).replace(/\.(\d*?)0+(?=\D|$)/, (_, rest) => rest ? "." + rest : "");

function linearScale(most, from, to, count, text) {
	const top = most > 0 ? most : 1;
	const rough = top / count, power = 10 ** Math.floor(Math.log10(rough));
	const step = power * [1, 2, 2.5, 5, 10].find(factor => factor * power >= rough * 0.999);
	const ticks = [];
	for (let i = 0; i * step <= top * 1.0001; i++)
		ticks.push({ value: i * step, text: text(i * step) });
	return { ticks, at: value => from + (to - from) * value / top };
}

/* Ends that hold the values with a little room. */
function logEnds(values) {
	const positive = values.filter(value => value > 0);
	const low = Math.min(...positive), high = Math.max(...positive);
	return positive.length ? [low / 1.25, high * 1.25] : [0.1, 10];
}

function logScale(low, high, from, to, room, text) {
	const a = Math.log10(low), b = Math.log10(high), ticks = [];
	const first = Math.ceil(a - 1e-9), last = Math.floor(b + 1e-9);
	const every = Math.max(1, Math.ceil((last - first + 1) / room));
	for (let decade = first; decade <= last; decade += every)
		ticks.push({ value: 10 ** decade, text: text(10 ** decade) });
	/* Less than a decade or two has too few powers of ten. */
	if (last - first < 2)
		for (let decade = first - 1; decade <= last; decade++)
			for (const factor of last - first < 1 ? [1.5, 2, 3, 5, 7] : [2, 5]) {
				const value = factor * 10 ** decade;
				if (value >= low && value <= high && ticks.length < room + 3)
					ticks.push({ value, text: text(value) });
			}
	return { ticks, at: value => from + (to - from) * (Math.log10(value) - a) / (b - a) };
}

/* Given values at ticks, logarithmic: batch sizes. */
function stepScale(values, from, to, room, text) {
	const low = Math.log2(values[0]), high = Math.log2(values[values.length - 1]);
	const every = Math.max(1, Math.ceil(values.length / room));
	const ticks = values.filter((_, i) => i % every === 0).map(value => ({ value, text: text(value) }));
	const at = value => high > low ? from + (to - from) * (Math.log2(value) - low) / (high - low) : (from + to) / 2;
	return { ticks, at };
}
