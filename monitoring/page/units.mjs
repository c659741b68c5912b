// Grafana's units, as far as our dashboards use them.
const round = value => Number(value.toPrecision(3)).toString();

const scaled = (value, steps) => {
  for (const [size, suffix] of steps) {
    if (Math.abs(value) >= size) {
      return round(value / size) + suffix;
    }
  }
  return round(value / steps.at(-1)[0]) + steps.at(-1)[1];
};

const formats = {
  s: value => value === 0 ? "0 s" : scaled(value, [[3600, " h"], [60, " min"], [1, " s"], [1e-3, " ms"], [1e-6, " µs"]]),
  bytes: value => scaled(value, [[2 ** 30, " GiB"], [2 ** 20, " MiB"], [2 ** 10, " KiB"], [1, " B"]]),
  percentunit: value => `${round(value * 100)} %`,
  reqps: value => `${round(value)}/s`,
  dateTimeFromNow: value => `${formats.s(Date.now() / 1000 - value / 1000)} ago`,
};

export const shown = (value, unit) => (formats[unit] ?? round)(value);
