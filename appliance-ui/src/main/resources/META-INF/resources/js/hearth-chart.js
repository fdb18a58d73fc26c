// Two elements over ECharts: <hearth-chart>, lines that grow, and <hearth-graph>, what was made of what.
// Both follow the page's light or dark colours and their own size.
import * as echarts from '/webjars/echarts/5.3.1/dist/echarts.esm.min.js';

const PALETTE = ['#d9622b', '#3b82f6', '#16a34a', '#a855f7', '#eab308', '#0ea5a4', '#ec4899'];

class Drawn extends HTMLElement {
  connectedCallback() {
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this);
    this.colours = new MutationObserver(() => this.redraw());
    this.colours.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'theme', 'class'] });
    this.system = matchMedia('(prefers-color-scheme: dark)');
    this.onSystem = () => this.redraw();
    this.system.addEventListener('change', this.onSystem);
  }

  disconnectedCallback() {
    this.sizes?.disconnect();
    this.colours?.disconnect();
    this.system?.removeEventListener('change', this.onSystem);
    this.chart?.dispose();
    this.chart = null;
  }

  // The drawing area; made when the element has a size, because ECharts measures it once.
  drawing() {
    if (!this.chart && this.isConnected && this.clientWidth > 0 && this.clientHeight > 0) {
      this.chart = echarts.init(this, null, { renderer: 'canvas' });
      this.prepare(this.chart);
    }
    return this.chart;
  }

  fit() {
    if (this.chart) {
      this.chart.resize();
    } else if (this.drawing()) {
      this.redraw();
    }
  }

  // The page's own colours at this moment.
  ink() {
    const text = getComputedStyle(this).color;
    return { text, line: fade(text, 0.16), soft: fade(text, 0.65) };
  }

  prepare() {}
}

// A computed colour with another opacity, written so that a canvas understands it.
function fade(colour, opacity) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${opacity})`;
}

function writer(unit, locale) {
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
  switch (unit) {
    case 'PERCENT':
      return (value) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(value);
    case 'BYTES':
      return (value) => bytes(value, locale);
    case 'SCIENTIFIC':
      return (value) => (value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : number.format(value));
    default:
      return (value) => number.format(value);
  }
}

function bytes(value, locale) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value)} ${units[unit]}`;
}

class HearthChart extends Drawn {
  constructor() {
    super();
    this.points = new Map();
    this.frame = 0;
  }

  setUp(text) {
    this.settings = JSON.parse(text);
    this.settings.series.forEach((line) => this.points.has(line.id) || this.points.set(line.id, []));
    this.redraw();
  }

  append(id, text) {
    const list = this.points.get(id) ?? [];
    list.push(...JSON.parse(text));
    this.points.set(id, list);
    this.soon();
  }

  show(id, text) {
    this.points.set(id, JSON.parse(text));
    this.soon();
  }

  forgetBefore(x) {
    for (const [id, list] of this.points) {
      this.points.set(id, list.filter((point) => point[0] >= x));
    }
    this.soon();
  }

  // Many changes in one frame make one drawing, of the points alone.
  soon() {
    this.dataset.points = String(Math.max(0, ...[...this.points.values()].map((list) => list.length)));
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        const chart = this.drawing();
        if (chart && this.settings) {
          chart.setOption({ series: this.lines(), title: this.title() }, { lazyUpdate: true });
        }
      });
    }
  }

  title() {
    const empty = [...this.points.values()].every((list) => list.length === 0);
    return { show: empty, text: this.settings.empty, left: 'center', top: 'middle',
      textStyle: { color: this.ink().soft, fontWeight: 'normal', fontSize: 14 } };
  }

  lines() {
    return this.settings.series.map((line) => {
      const data = this.points.get(line.id) ?? [];
      return { id: line.id, name: line.name, type: 'line', yAxisIndex: line.right ? 1 : 0, data,
        showSymbol: data.length < 24, symbolSize: 5, sampling: 'lttb', animation: false, lineStyle: { width: 2 } };
    });
  }

  redraw() {
    const chart = this.settings && this.drawing();
    if (!chart) {
      return;
    }
    const { series, across, unit, locale } = this.settings;
    const ink = this.ink();
    const write = writer(unit, locale);
    const axis = (shown) => ({
      type: 'value', show: shown, scale: unit !== 'PERCENT', min: unit === 'PERCENT' ? 0 : undefined,
      axisLabel: { color: ink.soft, formatter: write }, splitLine: { lineStyle: { color: ink.line } }, axisLine: { show: false },
    });
    const right = series.some((line) => line.right);
    chart.setOption({
      color: PALETTE,
      textStyle: { color: ink.text, fontFamily: getComputedStyle(this).fontFamily },
      grid: { left: 8, right: 16, top: series.length > 1 ? 36 : 16, bottom: 8, containLabel: true },
      legend: { show: series.length > 1, top: 0, left: 0, textStyle: { color: ink.text }, icon: 'roundRect', itemHeight: 4 },
      tooltip: { trigger: 'axis', confine: true, valueFormatter: (value) => (value == null ? '–' : write(value)) },
      xAxis: {
        type: across === 'TIME' ? 'time' : 'value', min: 'dataMin', max: 'dataMax', minInterval: across === 'TIME' ? 0 : 1,
        axisLabel: { color: ink.soft, hideOverlap: true }, axisLine: { lineStyle: { color: ink.line } }, splitLine: { show: false },
      },
      yAxis: right ? [axis(true), { ...axis(true), splitLine: { show: false } }] : [axis(true)],
      title: this.title(),
      series: this.lines(),
      animation: false,
    }, true);
  }
}

class HearthGraph extends Drawn {
  draw(text) {
    this.graph = JSON.parse(text);
    this.redraw();
  }

  prepare(chart) {
    chart.on('click', { dataType: 'node' }, (event) =>
      this.dispatchEvent(new CustomEvent('open', { detail: event.data.id })));
  }

  redraw() {
    const chart = this.graph && this.drawing();
    if (!chart) {
      return;
    }
    const ink = this.ink();
    const { nodes, edges } = this.graph;
    const kinds = [...new Set(nodes.map((node) => node.kind))];
    const columns = [...new Set(nodes.map((node) => node.column))].sort((a, b) => a - b);
    const width = this.clientWidth;
    const height = this.clientHeight - 56;
    // Two unseen corners make the drawing's own box that of the element, so that nothing is stretched.
    const corner = (id, x, y) => ({ id, x, y, symbolSize: 0, silent: true, label: { show: false } });
    const placed = nodes.map((node) => {
      const mates = nodes.filter((other) => other.column === node.column);
      return {
        id: node.id, name: node.id, category: kinds.indexOf(node.kind),
        x: ((columns.indexOf(node.column) + 0.5) * width) / columns.length,
        y: 32 + ((mates.indexOf(node) + 0.5) * height) / mates.length,
        symbolSize: node.current ? 26 : 18,
        itemStyle: node.current ? { borderColor: ink.text, borderWidth: 2 } : {},
        label: { show: true, position: 'bottom', formatter: node.label, color: ink.text, width: Math.max(80, width / columns.length - 24),
          overflow: 'truncate' },
        cursor: 'pointer',
      };
    });
    chart.setOption({
      color: PALETTE,
      textStyle: { color: ink.text, fontFamily: getComputedStyle(this).fontFamily },
      legend: { top: 0, left: 0, textStyle: { color: ink.text }, data: kinds, icon: 'circle' },
      series: [{
        type: 'graph', layout: 'none', coordinateSystem: null, left: 0, right: 0, top: 0, bottom: 0,
        categories: kinds.map((name) => ({ name })),
        data: [...placed, corner('', 0, 0), corner(' ', width, this.clientHeight)],
        links: edges.map((edge) => ({ source: edge.from, target: edge.to })),
        edgeSymbol: ['none', 'arrow'], edgeSymbolSize: 8, lineStyle: { color: ink.soft, width: 1.5, curveness: 0.08 },
        animation: false, emphasis: { focus: 'adjacency' },
      }],
    }, true);
  }
}

customElements.define('hearth-chart', HearthChart);
customElements.define('hearth-graph', HearthGraph);
