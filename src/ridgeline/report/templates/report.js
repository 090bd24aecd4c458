"use strict";
// Moves everything that follows the slider; sorts and searches the coefficients. Numbers look as numbers.py writes them.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const every = (selector, within = document) => [...within.querySelectorAll(selector)];
  const data = JSON.parse(one("#facts").textContent);
  const slider = one("#lambda");
  document.documentElement.classList.add("js");

  const raised = (text) => [...text].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");
  const decimals = (size) => {
    if (size === 0 || size >= 1000) return 0;
    const power = Math.floor(Math.log10(size));
    return power >= 0 ? 3 - power : 2 - power;
  };
  const number = (value, places) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return "—";
    const size = Math.abs(value);
    let text;
    if (size >= 1e15 || (places === undefined && (size >= 1e6 || (size > 0 && size < 1e-4)))) {
      const [mantissa, power] = size.toExponential(2).split("e");
      text = `${mantissa}×10${raised(String(Number(power)))}`;
    } else {
      const [whole, part] = size.toFixed(places ?? decimals(size)).split(".");
      text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
    }
    return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
  };
  const signed = (value) => (value > 0 ? `+${number(value)}` : number(value));
  const percent = (value) => (value === null || value === undefined ? "—" : `${number(100 * value, 1)}%`);
  const put = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

  // ---- charts: a marker at the slider's λ

  const scales = {
    linear: (v) => v,
    log: (v) => Math.log(v),
    symlog: (v, c) => Math.sign(v) * Math.log1p(Math.abs(v) / c),
  };
  const along = (value, [start, end], kind, c) => {
    const f = scales[kind];
    return Math.min(1, Math.max(0, (f(value, c) - f(start, c)) / (f(end, c) - f(start, c))));
  };
  const charts = every("svg.overlay").map((svg) => {
    const { box: [left, top, width, height], x, y, scale, c } = data.figures[svg.dataset.figure];
    const across = (lam) => left + width * along(Math.max(lam, x[1]), x, scale[0], c);
    const up = (value) => top + height * (1 - along(value, y, scale[1], c));
    return { svg, across, up, left, width, cursor: one(".cursor", svg), dots: every(".dot", svg) };
  });
  const line = (name) => data.cv[name] ?? data.std[name];
  const drawMarkers = (i) => {
    for (const chart of charts) {
      const x = chart.across(data.lambda[i]).toFixed(1);
      chart.cursor.setAttribute("x1", x);
      chart.cursor.setAttribute("x2", x);
      for (const dot of chart.dots) {
        dot.setAttribute("cx", x);
        dot.setAttribute("cy", chart.up(line(dot.dataset.line)?.[i] ?? 0).toFixed(1));
      }
    }
  };
  // ---- the table of coefficients

  const table = one("table.coefficients");
  const rows = every("tr.row", table ?? document.createElement("table")).map((element) => {
    const { k, label, ...raw } = element.dataset;
    const value = Object.fromEntries(Object.entries(raw).map(([name, text]) => [name, text === "" ? null : Number(text)]));
    const cell = Object.fromEntries(["std", "coef", "ratio", "shrunk", "share"].map((name) => [name, one(`td.${name}`, element)]));
    return { element, k, value, given: { ...value }, cell, name: label, group: element.parentElement, bar: one("rect", element), stale: false, near: false };
  });
  const groups = [...new Set(rows.map((row) => row.group))].map((element) => ({
    element, rows: rows.filter((row) => row.group === element),
  }));
  let sorting = { key: "std", down: true };
  let open = false;
  let wanted = "";

  const show = (row) => {
    const { std, coef, ratio, shrunk, share } = row.value;
    const size = Math.min(1, Math.abs(std) / data.reach) * 100;
    row.bar.setAttribute("x", std >= 0 ? 0 : -size);
    row.bar.setAttribute("width", size);
    row.bar.setAttribute("class", (std >= 0 ? "up" : "down") + (size === 100 ? " off" : ""));
    put(row.cell.std, number(std));
    put(row.cell.coef, number(coef));
    put(row.cell.ratio, number(ratio));
    put(row.cell.shrunk, percent(shrunk));
    put(row.cell.share, percent(share));
    row.stale = false;
  };
  // While the slider moves, only rows at the top or on the screen are rewritten; the rest when it comes to rest.
  const refresh = (all) => rows.forEach((row, place) => { if (row.stale && (all || row.near || place < 25)) show(row); });
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) rows.find((row) => row.element === target).near = isIntersecting;
    refresh(false);
  }, { rootMargin: "100px" });
  rows.forEach((row) => near.observe(row.element));
  let rest;
  const moveRows = (i) => {
    for (const row of rows) {
      const std = data.std[row.k]?.[i];
      if (std === undefined) continue;
      const scale = data.scale[row.k];
      const coef = scale === null ? null : std * scale;
      const ratio = coef === null || row.cell.ratio === null ? null : Math.exp(coef);
      const less = coef === null || !row.given.unpenalized ? null : 1 - coef / row.given.unpenalized;
      const shrunk = less !== null && Math.abs(less) < 10 ? less : null;
      const share = data.total[i] ? Math.abs(std) / data.total[i] : 0;
      // At the chosen λ the table has the numbers themselves, not rounded ones.
      row.value = i === data.chosen ? { ...row.given } : { ...row.given, std, coef, ratio, shrunk, share };
      row.stale = true;
    }
    refresh(false);
    clearTimeout(rest);
    rest = setTimeout(refresh, 120, true);
  };
  const rank = (row) => {
    if (sorting.key === "name") return row.name.toLowerCase();
    const value = row.value[sorting.key];
    return value === null ? -1 : Math.abs(sorting.key === "ratio" ? Math.log(value) : value);
  };
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0) * (sorting.down ? -1 : 1);
  const sort = () => {
    for (const group of groups) {
      group.rows.sort((a, b) => compare(rank(a), rank(b)));
      group.element.append(...group.rows.map((row) => row.element));
      group.rank = sorting.key === "name" ? group.element.dataset.column.toLowerCase() : rank(group.rows[0]);
    }
    groups.sort((a, b) => compare(a.rank, b.rank));
    let before = 0;
    for (const group of groups) {
      group.element.classList.toggle("later", before >= 15);
      before += group.rows.length;
    }
    table.append(...groups.map((group) => group.element));
    for (const th of every("thead th", table)) {
      const mine = one("button", th)?.dataset.sort === sorting.key;
      if (mine) th.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
  };
  const search = () => {
    let shown = 0;
    for (const group of groups) {
      const whole = group.element.dataset.column.toLowerCase().includes(wanted);
      let some = false;
      for (const row of group.rows) {
        row.element.hidden = !(whole || row.name.toLowerCase().includes(wanted));
        some ||= !row.element.hidden;
        shown += !row.element.hidden;
      }
      group.element.hidden = !some;
    }
    table.classList.toggle("all", open || wanted !== "");
    put(one("#found"), wanted === "" ? "" : `${shown} of ${rows.length}`);
  };
  if (table) {
    const all = one("#all");
    const label = () => { all.textContent = open ? "Show fewer" : `Show all ${rows.length}`; };
    all.hidden = !one("tbody.later", table);
    label();
    all.addEventListener("click", () => { open = !open; label(); search(); });
    one("#find").addEventListener("input", (event) => { wanted = event.target.value.trim().toLowerCase(); search(); });
    for (const button of every("[data-sort]", table)) {
      button.addEventListener("click", () => {
        const key = button.dataset.sort;
        sorting = { key, down: sorting.key === key ? !sorting.down : key !== "name" };
        sort();
      });
    }
  }
  addEventListener("beforeprint", () => { refresh(true); every("details").forEach((details) => { details.open = true; }); });
  if (!data) return;

  // ---- the confusion matrix, at any threshold

  const threshold = one("#threshold");
  const cost = one("#cost");
  const counts = (i, t) => {
    const { hits, alarms, positives, negatives } = data.thresholds;
    return [negatives - alarms[i][t], alarms[i][t], positives - hits[i][t], hits[i][t]];
  };
  const place = () => Math.round(Math.min(0.99, Math.max(0.01, Number(threshold.value) || 0.5)) * 100) - 1;
  const ratio = () => (Number(cost.value) > 0 ? Number(cost.value) : 1);
  const price = ([, alarms, missed]) => alarms + ratio() * missed;
  const moveCells = (i) => {
    const cells = threshold ? counts(i, place()) : ((data.confusion.validation ?? data.confusion.train)?.[i] ?? []);
    cells.forEach((count, k) => put(one(`#metrics [data-cell="${k}"]`), number(count, 0)));
    if (cells.length === 0) return;
    const [free, alarms, missed, hits] = cells;
    const total = free + alarms + missed + hits;
    const rates = {
      accuracy: [free + hits, total], precision: [hits, hits + alarms], recall: [hits, hits + missed], specificity: [free, free + alarms],
    };
    for (const [key, [part, of]] of Object.entries(rates)) put(one(`[data-rate="${key}"]`), of ? percent(part / of) : "—");
    if (!threshold) return;
    put(one("#at"), ((place() + 1) / 100).toFixed(2));
    const never = price([0, 0, data.thresholds.positives, 0]);
    const always = price([0, data.thresholds.negatives, 0, 0]);
    const per = (value) => number((100 * value) / total);
    put(one("#costs"), `Cost per 100 rows, in false alarms: ${per(price(cells))}; predicting the same for all rows costs ${per(Math.min(never, always))}. A calibrated model is cheapest above ${number(1 / (1 + ratio()), 2)}.`);
  };
  if (threshold) {
    const again = () => moveCells(Number(slider.value));
    threshold.addEventListener("input", again);
    cost.addEventListener("input", again);
    one("#cheapest").addEventListener("click", () => {
      const i = Number(slider.value);
      const prices = data.thresholds.hits[i].map((_, t) => price(counts(i, t)));
      const least = Math.min(...prices);
      // Of equally cheap thresholds the middle one: what is left of it and right of it was not seen.
      const best = prices.flatMap((value, t) => (value === least ? [t] : []));
      threshold.value = ((best[best.length >> 1] + 1) / 100).toFixed(2);
      again();
    });
    again();
  }

  // ---- the slider

  const moveMetrics = (i) => {
    for (const row of every("#metrics tr[data-metric]")) {
      const { train, validation } = data.metrics[row.dataset.metric];
      const [a, b] = [train?.[i] ?? null, validation?.[i] ?? null];
      [number(a), number(b), a === null || b === null ? "—" : signed(b - a)].forEach((text, k) => put(row.cells[k + 1], text));
    }
    moveCells(i);
  };
  const move = (i) => {
    const zone = data.zones[i];
    const texts = {
      lambda: number(data.lambda[i]), df: data.whole ? number(data.df[i], 0) : number(data.df[i]), nonzero: number(data.nonzero[i], 0), zone: zone ? data.words[zone] : "",
      validation: number(data.cv.mean?.[i]), train: number(data.cv.train?.[i]),
    };
    for (const element of every("[data-show]")) put(element, texts[element.dataset.show]);
    one(".bar").dataset.zone = zone ?? "";
    for (const button of every("[data-stop]")) {
      if (Number(button.dataset.stop) === i) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const loss = data.cv.mean ? `, validation loss ${texts.validation}` : "";
    slider.setAttribute("aria-valuetext", `lambda ${texts.lambda}, ${texts.df} ${data.unit}${loss}${texts.zone && `, ${texts.zone}`}`);
    drawMarkers(i);
    moveMetrics(i);
    moveRows(i);
  };
  let pending = false;
  const schedule = () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => { pending = false; move(Number(slider.value)); });
  };
  slider.addEventListener("input", schedule);
  const jump = (i) => { slider.value = i; schedule(); };
  for (const button of every("[data-stop]")) button.addEventListener("click", () => jump(Number(button.dataset.stop)));

  // A chart is a slider too: press or drag anywhere on it.
  for (const chart of charts) {
    const nearest = (event) => {
      const box = chart.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * chart.svg.viewBox.baseVal.width;
      const far = data.lambda.map((lam) => Math.abs(chart.across(lam) - x));
      jump(far.indexOf(Math.min(...far)));
    };
    const area = one(".catch", chart.svg);
    area.addEventListener("pointerdown", (event) => { area.setPointerCapture(event.pointerId); nearest(event); });
    area.addEventListener("pointermove", (event) => { if (event.buttons) nearest(event); });
  }
})();
