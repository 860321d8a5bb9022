'use strict';
// Draws the figures of a page from their data. Until one is drawn, and where that fails, its SVG stays.

const WHISKERS = 60; // with more points than this an interval is a band
const dark = matchMedia('(prefers-color-scheme: dark)');

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = () => [1, 2, 3, 4, 5, 6, 7, 8].map(i => colour(`--figure-${i}`));

function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2).replace('e+', 'e').replace(/\.?0+e/, 'e');
  return value.toLocaleString('en', { maximumSignificantDigits: 5 });
}

const named = axis => axis.unit ? `${axis.label} (${axis.unit})` : axis.label;

/** What the data and the reference lines of a logarithmic axis span, with a little room. */
function span(figure, data, which) {
  const values = data.flat().flatMap(row => which === 'x' ? [row[0]] : row.slice(1))
    .concat(figure.lines.filter(line => line.axis === which).map(line => Number(line.value)))
    .filter(value => Number.isFinite(value) && value > 0);
  if (!values.length) return [1, 10];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = low === high ? 2 : (high / low) ** 0.04;
  return [low / room, high * room];
}

/** Round values of a logarithmic axis: powers of ten, with 2 and 5 between where there is space. */
function ticks([low, high]) {
  const decades = Math.log10(high / low);
  const digits = decades < 0.7 ? [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] : decades < 1.3 ? [1, 2, 3, 5] : decades < 3 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / 8));
  const first = Math.floor(Math.log10(low));
  const all = [];
  for (let power = first; 10 ** power <= high; power++) {
    if ((power - first) % stride) continue;
    all.push(...digits.map(digit => Number((digit * 10 ** power).toPrecision(3))));
  }
  return all.filter(tick => tick >= low && tick <= high);
}

function axis(spec, log, across, extent) {
  const common = {
    name: named(spec),
    nameLocation: 'middle',
    nameGap: across ? 30 : 56,
    nameTextStyle: { color: colour('--quiet') },
    axisLine: { show: true, onZero: false, lineStyle: { color: colour('--quiet') } },
    minorSplitLine: { show: false },
  };
  // ECharts ends such an axis at powers of ten and labels nothing between: the grid draws these labels itself.
  if (log) return { ...common, type: 'log', min: extent[0], max: extent[1], axisLabel: { show: false }, axisTick: { show: false }, splitLine: { show: false } };
  return {
    ...common, type: 'value', scale: true,
    axisLabel: { color: colour('--quiet'), formatter: number, hideOverlap: true },
    splitLine: { lineStyle: { color: colour('--line') } },
  };
}

/** Lines and labels of the logarithmic axes, as marks of a series without points. */
function grid(extents) {
  const marks = ['x', 'y'].flatMap(which => !extents[which] ? [] : ticks(extents[which]).map(tick => ({
    [which === 'x' ? 'xAxis' : 'yAxis']: tick, name: number(tick),
    label: { position: 'start', distance: which === 'x' ? 6 : 8 },
  })));
  return {
    id: 'grid', type: 'line', data: [], silent: true, z: 0, tooltip: { show: false },
    markLine: {
      symbol: 'none', silent: true, animation: false, precision: 20, data: marks,
      lineStyle: { color: colour('--line'), type: 'solid', width: 1 },
      label: { color: colour('--quiet'), formatter: '{b}' },
    },
  };
}

/** Rows of x, y, low, high that the axes can show; NaN and infinities arrive as strings. */
function rows(series, log) {
  const shows = (value, which) => Number.isFinite(value) && (!log[which] || value > 0);
  const all = [];
  series.x.forEach((rawX, i) => {
    const x = Number(rawX);
    const y = Number(series.y[i]);
    if (!shows(x, 'x') || !shows(y, 'y')) return;
    const low = series.low.length ? Number(series.low[i]) : NaN;
    const high = series.high.length ? Number(series.high[i]) : NaN;
    all.push([x, y, shows(low, 'y') ? low : NaN, shows(high, 'y') ? high : NaN]);
  });
  return all;
}

/** Whiskers for few points, a band for many, under the name of their series so that the legend hides both. */
function interval(series, data, tint) {
  const bounded = data.filter(row => Number.isFinite(row[3]));
  if (!bounded.length) return [];
  const base = {
    name: series.label, type: 'custom', silent: true, z: 1, tooltip: { show: false },
    encode: { x: 0, y: [2, 3] }, data: bounded, itemStyle: { color: tint },
  };
  const low = (api, params, row) => Number.isFinite(row[2])
    ? api.coord([row[0], row[2]])[1] : params.coordSys.y + params.coordSys.height;
  if (bounded.length > WHISKERS || series.style === 'line') {
    return [{ ...base, renderItem: (params, api) => params.dataIndex > 0 ? null : {
      type: 'polygon',
      shape: { points: [
        ...bounded.map(row => api.coord([row[0], row[3]])),
        ...[...bounded].reverse().map(row => [api.coord([row[0], row[1]])[0], low(api, params, row)]),
      ] },
      style: { fill: tint, opacity: 0.18 },
    } }];
  }
  return [{ ...base, renderItem: (params, api) => {
    const row = bounded[params.dataIndex];
    const [x, top] = api.coord([row[0], row[3]]);
    const bottom = low(api, params, row);
    const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: tint, lineWidth: 1.5, opacity: 0.75 } });
    return { type: 'group', children: [line(x, top, x, bottom), line(x - 4, top, x + 4, top), line(x - 4, bottom, x + 4, bottom)] };
  } }];
}

function drawn(series, data, tint) {
  const points = series.style.endsWith('points');
  const common = { name: series.label, data, encode: { x: 0, y: 1 }, itemStyle: { color: tint }, z: 2, emphasis: { focus: 'series' } };
  if (series.style === 'bars') return { ...common, type: 'bar', itemStyle: { color: tint, opacity: 0.75 } };
  if (series.style === 'points') return { ...common, type: 'scatter', symbolSize: 6, itemStyle: { color: tint, opacity: 0.75 } };
  return { ...common, type: 'line', showSymbol: points, symbol: 'circle', symbolSize: 7, lineStyle: { color: tint, width: 2 } };
}

/** Reference lines, and a point on each without extent so that the axis reaches it. */
function references(lines, first, log) {
  const shown = lines.filter(line => Number.isFinite(Number(line.value)) && (!log[line.axis] || Number(line.value) > 0));
  if (!shown.length || !first) return [];
  return [{
    type: 'scatter', silent: true, symbolSize: 0, tooltip: { show: false }, z: 0,
    data: shown.map(line => line.axis === 'x' ? [Number(line.value), first[1]] : [first[0], Number(line.value)]),
    markLine: {
      symbol: 'none', silent: true, animation: false, precision: 20,
      lineStyle: { color: colour('--quiet'), type: 'dashed', width: 1.3 },
      label: { color: colour('--quiet'), position: 'insideEndTop', formatter: '{b}' },
      data: shown.map(line => ({ name: line.label, [line.axis === 'x' ? 'xAxis' : 'yAxis']: Number(line.value) })),
    },
  }];
}

/** Built of nodes: markup with styles inside would be refused by the page's policy. */
function tip(figure, params) {
  const all = (Array.isArray(params) ? params : [params]).filter(one => Array.isArray(one.value));
  const box = document.createElement('div');
  box.className = 'tip';
  const line = (words, tint) => {
    const row = box.appendChild(document.createElement('div'));
    if (tint) {
      const dot = row.appendChild(document.createElement('span'));
      dot.className = 'dot';
      dot.style.background = tint;
    }
    row.append(words);
  };
  if (all.length) line(`${figure.x.label} ${number(all[0].value[0])}`);
  for (const one of all) {
    const [, y, low, high] = one.value;
    const ends = Number.isFinite(high) ? ` [${Number.isFinite(low) ? number(low) : '≤ 0'}, ${number(high)}]` : '';
    line(`${one.seriesName}: ${number(y)}${ends}`, one.color);
  }
  return box;
}

/** Rows that the legend takes, at a guess of its letters' widths. */
function legendRows(figure, width) {
  let rows = 1;
  let used = 0;
  for (const series of figure.series) {
    const takes = 45 + 6.5 * series.label.length;
    if (used && used + takes > width) {
      rows++;
      used = 0;
    }
    used += takes;
  }
  return figure.series.length > 1 ? rows : 0;
}

function option(figure, log, width) {
  const tints = palette();
  const data = figure.series.map(series => rows(series, log));
  const extents = { x: log.x && span(figure, data, 'x'), y: log.y && span(figure, data, 'y') };
  const lines = figure.series.every(series => series.style.startsWith('line'));
  const legend = legendRows(figure, width - 20);
  return {
    animation: false,
    aria: { enabled: true },
    color: tints,
    textStyle: { fontFamily: 'system-ui, sans-serif', color: colour('--ink') },
    title: { text: figure.title, left: 'center', top: 0, textStyle: { fontSize: 14, fontWeight: 600, color: colour('--ink'), width: width - 20, overflow: 'truncate' } },
    grid: { left: 78, right: 22, top: 34 + 22 * legend, bottom: 48 },
    legend: legend
      ? { type: 'plain', top: 24, itemGap: 12, itemHeight: 10, textStyle: { color: colour('--ink') }, data: figure.series.map(series => series.label) }
      : { show: false },
    tooltip: {
      trigger: lines ? 'axis' : 'item', confine: true, formatter: params => tip(figure, params),
      backgroundColor: colour('--raised'), borderColor: colour('--line'), textStyle: { color: colour('--ink'), fontSize: 12 },
      axisPointer: { lineStyle: { color: colour('--quiet') } },
    },
    xAxis: axis(figure.x, log.x, true, extents.x),
    yAxis: axis(figure.y, log.y, false, extents.y),
    series: [
      grid(extents),
      ...figure.series.flatMap((series, i) => {
        const tint = tints[i % tints.length];
        return [drawn(series, data[i], tint), ...interval(series, data[i], tint)];
      }),
      ...references(figure.lines, data.flat()[0], log),
    ],
  };
}

function save(name, address) {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

function button(into, words, action) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = words;
  made.addEventListener('click', () => action(made));
  into.append(made);
  return made;
}

const charts = new Map();

async function read(element) {
  const answer = await fetch(element.dataset.figure, { headers: { Accept: 'application/json' } });
  return answer.ok ? answer.json() : null;
}

async function start(element) {
  charts.set(element, null);
  const figure = await read(element);
  if (!figure) return;
  const plot = element.querySelector('.plot');
  plot.textContent = '';
  const chart = echarts.init(plot, null, { height: 380 });
  const shown = { figure, log: { x: figure.x.scale === 'log', y: figure.y.scale === 'log' } };
  const draw = () => chart.setOption(option(shown.figure, shown.log, plot.clientWidth), true);
  draw();
  element.classList.add('drawn');
  dark.addEventListener('change', draw);
  new ResizeObserver(() => {
    chart.resize();
    draw();
  }).observe(plot);
  charts.set(element, async () => {
    shown.figure = await read(element) ?? shown.figure;
    draw();
  });

  const caption = element.querySelector('figcaption');
  for (const which of ['x', 'y']) {
    const toggle = button(caption, `log ${which}`, made => {
      shown.log[which] = !shown.log[which];
      made.setAttribute('aria-pressed', shown.log[which]);
      draw();
    });
    toggle.setAttribute('aria-pressed', shown.log[which]);
  }
  button(caption, 'PNG', () =>
    save(`${figure.name}.png`, chart.getDataURL({ pixelRatio: 2, backgroundColor: colour('--raised') })));
}

/** Figures that are new are drawn; those that stayed while the page changed around them are read again. */
function drawAll() {
  for (const element of document.querySelectorAll('figure[data-figure]')) {
    const again = charts.has(element) ? charts.get(element)?.() : start(element);
    again?.catch(error => console.error(`figure ${element.dataset.figure} is not drawn anew:`, error));
  }
}

drawAll();
document.addEventListener('htmx:afterSettle', event => {
  if (event.detail.target.id === 'results') drawAll();
});
