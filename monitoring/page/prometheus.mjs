// Asks Prometheus for what a panel's targets say, over the page's time.
const POINTS = 240;

export class Prometheus {
  constructor(address, start, end) {
    this.address = address.replace(/\/+$/, "");
    this.start = start;
    this.end = end;
    this.step = Math.max(1, Math.ceil((end - start) / POINTS));
  }

  /** The target's series: [{ name, points: [[time in s, value]] }]. */
  async series({ expr, legendFormat }) {
    const query = new URLSearchParams({ query: this.#filled(expr), start: this.start, end: this.end, step: this.step });
    const url = `${this.address}/api/v1/query_range`;
    let answer;
    try {
      answer = await fetch(url, { method: "POST", body: query, signal: AbortSignal.timeout(30_000) });
    } catch (error) {
      throw new Error(`${this.address} can't be reached (${error.cause?.code ?? error.message}); is it the address of a Prometheus?`);
    }
    const body = await answer.json().catch(() => null);
    if (body?.status !== "success") {
      throw new Error(`${url} answers ${answer.status}: ${body?.error ?? "that is no Prometheus"}`);
    }
    return body.data.result.map(({ metric, values }) => ({
      name: named(legendFormat, metric),
      points: values.map(([time, value]) => [time, Number(value)]).filter(([, value]) => Number.isFinite(value)),
    }));
  }

  // Grafana's variables: all models, and a range of at least four scrapes.
  #filled(expr) {
    return expr.replaceAll("$__rate_interval", `${Math.max(60, 4 * this.step)}s`).replaceAll("$model", ".*");
  }
}

const named = (format, metric) => format.replace(/{{(\w+)}}/g, (_, label) => metric[label] ?? "").trim();
