'use strict';
// Draws the figures of a page from their data. Until one is drawn, and where that fails, its SVG stays.

const WHISKERS = 60; // with more points than this an interval is a band
const dark = matchMedia('(prefers-color-scheme: dark)');

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = () => [1, 2, 3, 4, 5, 6, 7, 8].map(i => colour(`--figure-${i}`));

function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2).replace('e+', 'e').replace('.00e', 'e');
  return value.toLocaleString('en', { maximumSignificantDigits: 5 });
}

const named = axis => axis.unit ? `${axis.label} (${axis.unit})` : axis.label;

function axis(spec, log, across) {
  return {
    type: log ? 'log' : 'value',
    name: named(spec),
    nameLocation: 'middle',
    nameGap: across ? 30 : 52,
    nameTextStyle: { color: colour('--quiet') },
    scale: true,
    axisLabel: { color: colour('--quiet'), formatter: number, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: colour('--quiet') } },
    splitLine: { lineStyle: { color: colour('--line') } },
    minorSplitLine: { show: false },
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
      symbol: 'none', silent: true, animation: false,
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

function option(figure, log) {
  const tints = palette();
  const data = figure.series.map(series => rows(series, log));
  const lines = figure.series.every(series => series.style.startsWith('line'));
  return {
    animation: false,
    aria: { enabled: true },
    color: tints,
    textStyle: { fontFamily: 'system-ui, sans-serif', color: colour('--ink') },
    title: { text: figure.title, left: 'center', top: 0, textStyle: { fontSize: 14, fontWeight: 600, color: colour('--ink') } },
    grid: { left: 74, right: 20, top: figure.series.length > 1 ? 62 : 34, bottom: 48 },
    legend: figure.series.length > 1
      ? { type: 'scroll', top: 26, textStyle: { color: colour('--ink') }, pageTextStyle: { color: colour('--ink') }, data: figure.series.map(series => series.label) }
      : { show: false },
    tooltip: {
      trigger: lines ? 'axis' : 'item', confine: true, formatter: params => tip(figure, params),
      backgroundColor: colour('--raised'), borderColor: colour('--line'), textStyle: { color: colour('--ink'), fontSize: 12 },
      axisPointer: { lineStyle: { color: colour('--quiet') } },
    },
    xAxis: axis(figure.x, log.x, true),
    yAxis: axis(figure.y, log.y, false),
    dataZoom: [
      { type: 'inside', xAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, moveOnMouseMove: 'shift' },
      { type: 'inside', yAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, moveOnMouseMove: 'shift' },
    ],
    series: [
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

async function start(element) {
  const answer = await fetch(element.dataset.figure, { headers: { Accept: 'application/json' } });
  if (!answer.ok) return;
  const figure = await answer.json();
  const plot = element.querySelector('.plot');
  const svg = plot.innerHTML;
  const log = { x: figure.x.scale === 'log', y: figure.y.scale === 'log' };
  plot.textContent = '';
  const chart = echarts.init(plot, null, { height: 380 });
  const draw = () => chart.setOption(option(figure, log), true);
  draw();
  element.classList.add('drawn');
  dark.addEventListener('change', draw);
  new ResizeObserver(() => chart.resize()).observe(plot);

  const caption = element.querySelector('figcaption');
  for (const which of ['x', 'y']) {
    const toggle = button(caption, `log ${which}`, made => {
      log[which] = !log[which];
      made.setAttribute('aria-pressed', log[which]);
      draw();
    });
    toggle.setAttribute('aria-pressed', log[which]);
  }
  button(caption, 'PNG', () =>
    save(`${figure.name}.png`, chart.getDataURL({ pixelRatio: 2, backgroundColor: colour('--raised') })));
  button(caption, 'SVG', () => {
    const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    save(`${figure.name}.svg`, address);
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
}

for (const element of document.querySelectorAll('figure[data-figure]')) {
  start(element).catch(error => console.error(`figure ${element.dataset.figure} keeps its SVG:`, error));
}
