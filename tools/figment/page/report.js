'use strict';
/* The page of `figment report --html`: everything is drawn from the report's JSON and the tables of counters, metrics and limits. */

const report = JSON.parse(document.getElementById('report').textContent);
const tables = JSON.parse(document.getElementById('tables').textContent);

/* ---- elements ---- */
function make(space, tag, attributes, children) {
   const e = space ? document.createElementNS(space, tag) : document.createElement(tag);
   for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) e.setAttribute(name, value === true ? '' : value);
   }
   for (const c of children.flat(Infinity)) if (c !== null && c !== undefined) e.append(c);
   return e;
}
const el = (tag, attributes, ...children) => make(null, tag, attributes, children);
const sv = (tag, attributes, ...children) => make('http://www.w3.org/2000/svg', tag, attributes, children);
const title = text => sv('title', {}, text);

/* ---- numbers ---- */
function grouped(n) {
   return Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
function short(n, digits = 3) {
   if (n === null || n === undefined || !isFinite(n)) return '–';
   if (n === 0) return '0';
   const a = Math.abs(n), units = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
   for (const [scale, unit] of units) if (a >= scale) return Number((n / scale).toPrecision(digits)) + ' ' + unit;
   return String(a >= 100 ? Math.round(n) : a >= 0.001 ? Number(n.toPrecision(digits)) : n.toExponential(1));
}
function seconds(ns) {
   const units = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
   const [scale, unit] = units.find(u => ns >= u[0]) || units[3];
   return Number((ns / scale).toPrecision(4)) + ' ' + unit;
}
const percent = v => v === null || !isFinite(v) ? '–' : (v > 0 && v < 0.05 ? '< 0.1' : v < 10 ? v.toFixed(1) : v.toFixed(0)) + ' %';
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

/* ---- formulas: + - * / ( ) numbers, counters, metrics, keys of the profile ---- */
function evaluate(text, lookup) {
   const tokens = text.match(/[A-Za-z_]\w*|\d+(\.\d+)?|[-+*/()]/g) || [];
   let at = 0;
   const factor = () => {
      const t = tokens[at++];
      if (t === '(') { const v = sum(); at++; return v; }
      return /^\d/.test(t) ? Number(t) : lookup(t);
   };
   const product = () => {
      let v = factor();
      while (tokens[at] === '*' || tokens[at] === '/') { const divide = tokens[at++] === '/', w = factor(); v = divide ? v / w : v * w; }
      return v;
   };
   const sum = () => {
      let v = product();
      while (tokens[at] === '+' || tokens[at] === '-') { const minus = tokens[at++] === '-', w = product(); v = minus ? v - w : v + w; }
      return v;
   };
   return sum();
}
const metricByName = new Map(tables.metrics.map(m => [m.name, m]));

/* A device, or a job on it: counters and what follows from them. */
class Part {
   constructor(device, job) {
      this.device = device;
      this.job = job;
      this.counters = job ? job.counters : {...device.counters, ...device.host};
   }
   value(name) {
      if (this.job && name === 'GPU_CYCLES') return this.job.cycles;
      if (name in this.counters) return this.counters[name];
      if (metricByName.has(name)) return evaluate(metricByName.get(name).formula, n => this.value(n));
      if (this.device.card && name in this.device.card) return this.device.card[name];
      return 0;
   }
   get limits() {
      return tables.limits.map(l => ({...l, value: evaluate(l.formula, n => this.value(n))})).filter(l => isFinite(l.value) && l.value > 0)
         .sort((a, b) => b.value - a.value);
   }
}

/* ---- jobs ---- */
const jobName = j => `${j.kind} ${j.number}`;
const jobPath = j => (j.label || []).join(' / ');
function jobsOf(device) {
   /* From where its first work was taken up; it may have been launched long before. */
   const all = (device.jobs && device.jobs.length ? device.jobs : device.longest || []).map(j => ({...j, start: j.begin ?? j.start, launched: j.start}));
   return all.sort((a, b) => a.start - b.start || a.ring - b.ring || a.number - b.number);
}
const toNs = (device, cycles) => cycles * 1e6 / ((device.card && device.card.core_clock_khz) || 1e6);

const whys = [['ISSUE_ACTIVE', 'issued'], ['STALL_DEPENDENCY', 'arithmetic'], ['STALL_MEMORY', 'memory'], ['STALL_TEXTURE', 'texture'],
   ['STALL_SCALAR', 'scalar memory'], ['STALL_ATOMIC', 'atomics'], ['STALL_LDS', 'local data share'], ['STALL_PORT', 'unit full'],
   ['STALL_FETCH', 'instructions'], ['STALL_BARRIER', 'barrier'], ['STALL_IDLE', 'no wave']];
const legend = names => el('div', {class: 'legend'}, names.map(([name, colour]) =>
   el('span', {}, el('i', {style: `background:${colour}`}), name)));
const whyColour = i => `var(--c${i})`;
const section = (id, name, ...content) => el('section', {id, 'aria-labelledby': id + '-h'}, el('h2', {id: id + '-h'}, name), ...content);
const note = text => el('p', {class: 'soft'}, text);

/* ---- summary ---- */
function summary(device) {
   const p = new Part(device), limits = p.limits;
   const tile = (name, value, more) => el('div', {class: 'tile', title: more || null}, el('span', {}, name), el('b', {}, value));
   const metric = (name, label, format = percent) => {
      const v = p.value(name), m = metricByName.get(name);
      return isFinite(v) && v !== 0 ? tile(label, format(v), m && m.doc) : null;
   };
   return section('summary', 'Summary', el('div', {class: 'tiles'},
      tile('GPU time', seconds(toNs(device, p.value('GPU_CYCLES'))), grouped(p.value('GPU_CYCLES')) + ' cycles'),
      tile('dispatches, draws, copies', grouped(device.job_count || 0)),
      tile('instructions of waves', short(p.value('WAVE_INSTRUCTIONS'))),
      limits.length ? tile('most used: ' + limits[0].name, percent(limits[0].value), limits[0].doc) : null,
      metric('CORE_UTILISATION', 'cores busy'), metric('OCCUPANCY', 'occupancy'), metric('ISSUE_EFFICIENCY', 'issue slots used'),
      metric('L1_HIT_RATE', 'L1 hits'), metric('L2_HIT_RATE', 'L2 hits'),
      metric('DRAM_EFFICIENCY', 'DRAM bandwidth used'), metric('LANE_OCCUPANCY', 'lanes active')));
}

/* ---- timeline ---- */
function lanes(jobs) {
   const ends = [];
   for (const j of jobs) {
      let lane = ends.findIndex(e => e <= j.start);
      if (lane < 0) lane = ends.push(0) - 1;
      ends[lane] = j.end;
      j.lane = lane;
   }
   return ends.length;
}
/* Stretches of a queue under the same label, by depth. */
function labelSpans(jobs) {
   const spans = [];
   let open = [];
   for (const j of jobs) {
      const path = j.label || [];
      let same = 0;
      while (same < open.length && same < path.length && open[same].name === path[same]) same++;
      for (const s of open.slice(same)) s.end = Math.min(s.end, j.start);
      open = open.slice(0, same);
      for (const s of open) s.end = Math.max(s.end, j.end);
      for (let d = same; d < path.length; d++) {
         const s = {name: path[d], depth: d, start: j.start, end: j.end};
         spans.push(s);
         open.push(s);
      }
   }
   return spans;
}
const kindColour = {dispatch: 'var(--c0)', draw: 'var(--c6)', clear: 'var(--c8)', copy: 'var(--c4)'};

class Timeline {
   constructor(device) {
      this.device = device;
      this.jobs = jobsOf(device);
      this.rings = [...new Set(this.jobs.map(j => j.ring))].sort((a, b) => a - b).map(ring => {
         const jobs = this.jobs.filter(j => j.ring === ring), spans = labelSpans(jobs);
         return {ring, jobs, spans, lanes: lanes(jobs), depth: spans.reduce((m, s) => Math.max(m, s.depth + 1), 0)};
      });
      this.first = this.jobs.reduce((m, j) => Math.min(m, j.start), Infinity);
      this.last = this.jobs.reduce((m, j) => Math.max(m, j.end), 0);
      this.from = this.first;
      this.to = Math.max(this.last, this.first + 1);
      this.chosen = null;
      this.plot = sv('svg', {class: 'plot', tabindex: 0, role: 'application',
         'aria-label': 'Timeline of jobs by queue. Plus and minus zoom, arrow keys move, N and P choose the next and the previous job, Home shows all.',
         onkeydown: e => this.key(e), onpointerdown: e => this.grab(e)});
      this.plot.addEventListener('wheel', e => this.wheel(e), {passive: false});
      this.details = el('div', {class: 'details', 'aria-live': 'polite'}, note('Choose a job: click it, or press N.'));
      new ResizeObserver(() => { if (this.plot.clientWidth && this.plot.clientWidth !== this.width) requestAnimationFrame(() => this.draw()); }).observe(this.plot);
      this.plot.addEventListener('placed', () => this.draw());
   }
   x(cycles) { return 70 + (cycles - this.from) / (this.to - this.from) * (this.width - 74); }
   show(from, to) {
      const span = clamp(to - from, 16, Math.max(16, this.last - this.first));
      from = clamp(from, this.first, Math.max(this.first, this.last - span));
      this.from = from;
      this.to = from + span;
      this.draw();
   }
   zoom(factor, at = (this.from + this.to) / 2) { this.show(at - (at - this.from) * factor, at + (this.to - at) * factor); }
   move(share) { const d = (this.to - this.from) * share; this.show(this.from + d, this.to + d); }
   wheel(e) {
      if (!e.ctrlKey && !e.shiftKey && document.activeElement !== this.plot) return; /* the page scrolls */
      e.preventDefault();
      const box = this.plot.getBoundingClientRect();
      const at = this.from + clamp((e.clientX - box.left - 70) / (this.width - 74), 0, 1) * (this.to - this.from);
      this.zoom(e.deltaY > 0 ? 1.25 : 0.8, at);
   }
   grab(e) {
      const start = e.clientX, from = this.from, to = this.to;
      const drag = m => { const d = (start - m.clientX) / (this.width - 74) * (to - from); if (Math.abs(m.clientX - start) > 3) this.show(from + d, to + d); };
      const drop = () => { removeEventListener('pointermove', drag); removeEventListener('pointerup', drop); };
      addEventListener('pointermove', drag);
      addEventListener('pointerup', drop);
   }
   key(e) {
      const step = n => this.choose(this.jobs[clamp((this.chosen ? this.jobs.indexOf(this.chosen) : n > 0 ? -1 : 0) + n, 0, this.jobs.length - 1)], true);
      const actions = {'+': () => this.zoom(0.6), '=': () => this.zoom(0.6), '-': () => this.zoom(1.7), ArrowLeft: () => this.move(-0.15),
         ArrowRight: () => this.move(0.15), Home: () => this.show(this.first, this.last), n: () => step(1), p: () => step(-1),
         Enter: () => this.chosen && this.show(this.chosen.start - this.chosen.cycles * 0.2, this.chosen.end + this.chosen.cycles * 0.2)};
      const act = actions[e.key];
      if (act && !e.ctrlKey && !e.metaKey) { e.preventDefault(); act(); }
   }
   choose(job, follow) {
      this.chosen = job;
      const visible = job.end >= this.from && job.start <= this.to;
      if (follow && !visible) { const half = (this.to - this.from) / 2, middle = (job.start + job.end) / 2; this.show(middle - half, middle + half); }
      this.draw();
      const p = new Part(this.device, job), limits = p.limits.slice(0, 4);
      this.details.replaceChildren(
         el('b', {}, jobName(job)), ` on queue ${job.ring}` + (jobPath(job) ? `, ${jobPath(job)}` : ''),
         el('div', {}, `${seconds(toNs(this.device, job.cycles))} (${grouped(job.cycles)} cycles) from ${seconds(toNs(this.device, job.start))}, launched at ${seconds(toNs(this.device, job.launched))}`),
         el('div', {}, limits.length ? 'used: ' + limits.map(l => `${l.name} ${percent(l.value)}`).join(', ') : ''));
   }
   box(x0, x1, y, h, colour, text, hint, more = {}) {
      const w = Math.max(1, x1 - x0), g = sv('g', more, sv('rect', {x: x0, y, width: w, height: h, rx: w > 6 ? 2 : 0, fill: colour}), title(hint));
      if (w > 34) {
         const room = Math.floor((Math.min(x1, this.width) - Math.max(x0, 70) - 6) / 6.6);
         if (room > 2) g.append(sv('text', {x: Math.max(x0, 70) + 4, y: y + h / 2 + 4, 'pointer-events': 'none', style: 'fill:#fff;font-size:11px;paint-order:stroke;stroke:#0008;stroke-width:2px'},
            text.length > room ? text.slice(0, room - 1) + '…' : text));
      }
      return g;
   }
   draw() {
      this.width = Math.max(320, this.plot.clientWidth || 1100);
      const out = [];
      let y = 24;
      const ticks = 6, ns = c => toNs(this.device, c);
      for (let i = 0; i <= ticks; i++) {
         const at = this.from + (this.to - this.from) * i / ticks, x = this.x(at);
         out.push(sv('line', {class: 'axis', x1: x, x2: x, y1: 16, y2: 10000}),
            sv('text', {class: 'soft', x, y: 11, 'text-anchor': i === 0 ? 'start' : i === ticks ? 'end' : 'middle'}, seconds(Math.max(0, ns(at)))));
      }
      for (const r of this.rings) {
         out.push(sv('text', {x: 0, y: y + 13}, 'queue ' + r.ring));
         for (const s of r.spans) {
            if (s.end < this.from || s.start > this.to) continue;
            out.push(this.box(this.x(Math.max(s.start, this.from)), this.x(Math.min(s.end, this.to)), y + s.depth * 19, 17, 'var(--c1)', s.name,
               `${s.name}: ${seconds(ns(s.end - s.start))}`));
         }
         y += r.depth * 19;
         let last = [];
         for (const j of r.jobs) {
            if (j.end < this.from || j.start > this.to) continue;
            const x0 = this.x(Math.max(j.start, this.from)), x1 = this.x(Math.min(j.end, this.to));
            if (j !== this.chosen && x1 <= (last[j.lane] ?? -1)) continue; /* nothing of it would show */
            last[j.lane] = Math.max(x1, x0 + 0.7);
            out.push(this.box(x0, x1, y + j.lane * 23, 20, kindColour[j.kind] || 'var(--c5)', jobName(j),
               `${jobName(j)}${jobPath(j) ? ' · ' + jobPath(j) : ''}\n${seconds(ns(j.cycles))}, ${grouped(j.cycles)} cycles`,
               {onclick: () => this.choose(j), class: j === this.chosen ? 'chosen' : null, style: 'cursor:pointer'}));
         }
         y += r.lanes * 23 + 10;
      }
      this.plot.setAttribute('viewBox', `0 0 ${this.width} ${y}`);
      this.plot.setAttribute('height', y);
      this.plot.replaceChildren(...out);
   }
}

function timeline(device) {
   const t = new Timeline(device);
   if (!t.jobs.length) return section('timeline', 'Timeline', note('The report has no jobs: timing was off, or nothing was drawn, dispatched or copied.'));
   const partial = !(device.jobs && device.jobs.length);
   const button = (text, label, act) => el('button', {type: 'button', 'aria-label': label, onclick: act}, text);
   return section('timeline', 'Timeline',
      note(partial ? 'The longest jobs only; with --report-jobs the report has all of them.'
                   : device.left_out ? `${grouped(device.left_out)} later jobs are left out.` : 'Every job of every queue, in the time of the card.'),
      el('div', {class: 'bar'}, button('+', 'zoom in', () => t.zoom(0.6)), button('−', 'zoom out', () => t.zoom(1.7)),
         button('←', 'earlier', () => t.move(-0.3)), button('→', 'later', () => t.move(0.3)), button('all', 'show all', () => t.show(t.first, t.last)),
         el('span', {class: 'soft'}, 'drag to move; Ctrl + wheel, or + and − keys, to zoom')),
      t.plot, legend(Object.entries(kindColour).concat([['label', 'var(--c1)']])), t.details, el('h3', {}, 'Longest jobs'), jobTable(device, t));
}

function jobTable(device, timelineOf) {
   const rows = timelineOf.jobs.slice().sort((a, b) => b.cycles - a.cycles).slice(0, 25), total = new Part(device).value('GPU_CYCLES') || 1;
   return el('div', {class: 'wide'}, el('table', {},
      el('thead', {}, el('tr', {}, el('th', {}, 'job'), el('th', {}, 'label'), el('th', {class: 'n'}, 'queue'), el('th', {class: 'n'}, 'time'),
         el('th', {class: 'n'}, 'of GPU time'), el('th', {}, 'most used'))),
      el('tbody', {}, rows.map(j => {
         const l = new Part(device, j).limits[0];
         return el('tr', {}, el('td', {}, el('button', {class: 'link', type: 'button', onclick: () => timelineOf.choose(j, true)}, jobName(j))),
            el('td', {}, jobPath(j)), el('td', {class: 'n'}, String(j.ring)), el('td', {class: 'n'}, seconds(toNs(device, j.cycles))),
            el('td', {class: 'n'}, percent(100 * j.cycles / total)), el('td', {}, l ? `${l.name}, ${percent(l.value)}` : '–'));
      }))));
}

/* ---- roofline ---- */
function roofline(device) {
   const card = device.card || {}, clock = (card.core_clock_khz || 0) * 1e3;
   const peak = (card.cores || 0) * (card.schedulers_per_core || 0) * 32 * clock, memory = card.dram_B_per_s;
   const points = [];
   const add = (part, name, cycles, big) => {
      const ops = part.value('LANE_INSTRUCTIONS') || part.value('ISSUE_ACTIVE') * 32, bytes = part.value('DRAM_BYTES_READ') + part.value('DRAM_BYTES_WRITTEN');
      if (ops > 0 && bytes > 0 && cycles > 0) points.push({name, x: ops / bytes, y: ops / (cycles / clock), cycles, big});
   };
   for (const j of jobsOf(device).sort((a, b) => b.cycles - a.cycles).slice(0, 60)) add(new Part(device, j), jobName(j) + (jobPath(j) ? ' · ' + jobPath(j) : ''), j.cycles);
   const whole = new Part(device);
   add(whole, 'all of it', whole.value('GPU_CYCLES'), true);
   if (!peak || !memory || !points.length) return section('roofline', 'Roofline', note('No job both computed and moved memory, or the report has no timing.'));
   const W = 1150, H = 380, left = 70, right = 20, top = 14, bottom = 40;
   const ridge = peak / memory;
   const xs = points.map(p => p.x).concat([ridge]), ys = points.map(p => p.y).concat([peak]);
   const x0 = Math.floor(Math.log10(Math.min(...xs)) - 0.3), x1 = Math.ceil(Math.log10(Math.max(...xs)) + 0.5);
   const y0 = Math.floor(Math.log10(Math.min(...ys)) - 0.2), y1 = Math.log10(peak) + 0.25;
   const X = v => left + (Math.log10(v) - x0) / (x1 - x0) * (W - left - right), Y = v => top + (y1 - Math.log10(v)) / (y1 - y0) * (H - top - bottom);
   const out = [];
   for (let e = x0; e <= x1; e++) out.push(sv('line', {class: 'axis', x1: X(10 ** e), x2: X(10 ** e), y1: top, y2: H - bottom}),
      sv('text', {class: 'soft', x: X(10 ** e), y: H - bottom + 15, 'text-anchor': 'middle'}, short(10 ** e, 1)));
   for (let e = y0; e <= Math.floor(y1); e++) out.push(sv('line', {class: 'axis', x1: left, x2: W - right, y1: Y(10 ** e), y2: Y(10 ** e)}),
      sv('text', {class: 'soft', x: left - 6, y: Y(10 ** e) + 4, 'text-anchor': 'end'}, short(10 ** e, 1)));
   const roof = [[10 ** x0, 10 ** x0 * memory], [ridge, peak], [10 ** x1, peak]];
   out.push(sv('polyline', {class: 'roof', points: roof.map(([x, y]) => `${X(x)},${Math.min(Y(Math.max(y, 10 ** y0)), H - bottom)}`).join(' ')}),
      sv('text', {x: W - right, y: Y(peak) - 6, 'text-anchor': 'end'}, `${short(peak)}op/s: every scheduler issues`),
      sv('text', {x: X(ridge) - 12, y: Y(peak) + 30, 'text-anchor': 'end'}, `DRAM ${short(memory)}B/s`),
      sv('text', {class: 'soft', x: (W + left) / 2, y: H - 4, 'text-anchor': 'middle'}, 'lane operations for each byte of DRAM'));
   const most = Math.max(...points.map(p => p.big ? 0 : p.cycles), 1);
   for (const p of points) out.push(sv('circle', {cx: X(p.x), cy: Y(p.y), r: p.big ? 7 : 3 + 6 * Math.sqrt(p.cycles / most), fill: p.big ? 'none' : 'var(--c0)', 'fill-opacity': 0.65,
      stroke: p.big ? 'var(--hot)' : 'var(--card)', 'stroke-width': p.big ? 3 : 1}, title(`${p.name}\n${short(p.x)} op/byte, ${short(p.y)}op/s`)));
   return section('roofline', 'Roofline', note('Each circle is a job, its area the time it took; the ring is the whole run. Under the slope memory bounds, under the flat part the cores do.'),
      sv('svg', {viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': `Roofline: ${points.length} points; the run reaches ${short(points.at(-1).y)} operations per second at ${short(points.at(-1).x)} per byte.`}, out));
}

/* ---- stalls ---- */
function stalls(device) {
   const rows = [], whole = new Part(device);
   if (whole.value('ISSUE_SLOTS')) rows.push(['all of it', whole]);
   for (const j of jobsOf(device).filter(j => j.counters.ISSUE_SLOTS).sort((a, b) => b.cycles - a.cycles).slice(0, 14)) rows.push([jobName(j) + (jobPath(j) ? ' · ' + jobPath(j) : ''), new Part(device, j)]);
   if (!rows.length) return section('stalls', 'What the schedulers did', note('No wave was timed.'));
   const W = 1150, left = 270, H = 22;
   const out = rows.map(([name, p], r) => {
      const total = p.value('ISSUE_SLOTS');
      let x = left;
      const parts = whys.map(([counter, what], i) => {
         const share = p.value(counter) / total, w = share * (W - left);
         const rect = w > 0 ? sv('rect', {x, y: r * H + 2, width: w, height: H - 5, fill: whyColour(i)}, title(`${name}\n${what}: ${percent(100 * share)}`)) : null;
         x += w;
         return rect;
      });
      return sv('g', {}, sv('text', {x: left - 8, y: r * H + 15, 'text-anchor': 'end'}, name.length > 40 ? name.slice(0, 39) + '…' : name), parts);
   });
   const share = ([counter]) => 100 * whole.value(counter) / whole.value('ISSUE_SLOTS');
   return section('stalls', 'What the schedulers did', note('Cycles of the schedulers while their cores had waves: an instruction was issued, or what the oldest wave waited for.'),
      sv('svg', {viewBox: `0 0 ${W} ${rows.length * H}`, role: 'img', 'aria-label': whys.map(w => `${w[1]} ${percent(share(w))}`).join(', ')}, out),
      legend(whys.map((w, i) => [`${w[1]} ${percent(share(w))}`, whyColour(i)])));
}

/* ---- over time ---- */
const ratios = [
   ['issue slots used', (c, t) => c('ISSUE_ACTIVE') / (t.period * t.card.cores * t.card.schedulers_per_core)],
   ['L1 hits', c => c('L1_HITS') / c('L1_ACCESSES')], ['L2 hits', c => c('L2_HITS') / c('L2_ACCESSES')],
   ['DRAM bandwidth', (c, t) => (c('DRAM_BYTES_READ') + c('DRAM_BYTES_WRITTEN')) / (t.period * t.card.dram_B_per_s / (t.card.core_clock_khz * 1e3))],
   ['DRAM channels busy', (c, t) => c('DRAM_BUSY_CYCLES') / (t.period * t.card.dram_channels)],
   ['TLB misses', c => c('TLB_L1_MISSES') / c('TLB_ACCESSES')],
   ['texture filters', (c, t) => c('TEX_FILTER_CYCLES') / (t.period * t.card.cores)],
   ['rasterisers', (c, t) => c('RASTER_CYCLES') / (t.period * t.card.cores)], ['ROPs', (c, t) => c('ROP_CYCLES') / (t.period * t.card.cores)],
   ['copy engine', (c, t) => c('COPY_CYCLES') / t.period],
];
function timeAxis(device, t, W, left, y) {
   return [0, 0.25, 0.5, 0.75, 1].map(s => sv('text', {class: 'soft', x: left + s * (W - left), y, 'text-anchor': s === 0 ? 'start' : s === 1 ? 'end' : 'middle'},
      seconds(toNs(device, (t.first + s * t.count) * t.period))));
}
function heatRow(values, y, h, W, left, name, hint) {
   const known = values.filter(v => isFinite(v)), w = (W - left) / values.length, average = known.reduce((a, b) => a + b, 0) / (known.length || 1);
   return [sv('text', {x: left - 8, y: y + h / 2 + 4, 'text-anchor': 'end'}, name),
      sv('rect', {x: left, y, width: W - left, height: h - 2, fill: 'none', stroke: 'var(--line)'}),
      values.map((v, i) => isFinite(v) && v > 0.004 ? sv('rect', {x: left + i * w, y, width: w + 0.3, height: h - 2, fill: 'var(--hot)', 'fill-opacity': clamp(v, 0.04, 1)}, title(`${name}: ${hint(v)}`)) : null),
      sv('title', {}, `${name}: ${hint(average)} on average`)];
}
function overTime(device) {
   const all = device.timeline || [];
   if (!all.length) return section('time', 'Over time', note('The report has no samples: timing was off.'));
   return section('time', 'Over time', note('Shares of what the card could have done, from white or black (nothing) to full colour (all of it). Hits and misses are of the accesses.'),
      all.map(raw => {
         const t = {...raw, card: device.card || {}}, W = 1150, left = 150, H = 22;
         const at = i => name => (t.counters[name] || [])[i] || 0;
         const rows = ratios.map(([name, f]) => [name, Array.from({length: t.count}, (_, i) => f(at(i), t))]).filter(([, v]) => v.some(x => x > 0));
         const out = rows.map(([name, v], r) => sv('g', {}, heatRow(v, r * H, H, W, left, name, x => percent(100 * Math.min(1, x)))));
         return [el('h3', {}, `Queue ${t.ring}: caches, memory, units`),
            sv('svg', {viewBox: `0 0 ${W} ${rows.length * H + 18}`, role: 'img', 'aria-label': rows.map(([n, v]) => `${n}: most ${percent(100 * Math.min(1, Math.max(...v.filter(isFinite))))}`).join(', ')},
               out, timeAxis(device, t, W, left, rows.length * H + 13)), occupancy(device, t)];
      }));
}
function occupancy(device, t) {
   const slots = t.card.waves_per_core * (t.cores_in_row || 1), W = 1150, left = 150, cores = t.wave_cycles || [];
   if (!cores.length || !slots) return null;
   const total = Array.from({length: t.count}, (_, i) => cores.reduce((s, c) => s + (c[i] || 0), 0) / (t.period * t.card.waves_per_core * t.card.cores));
   const H = 110, w = (W - left) / t.count, y = v => H - v * (H - 6);
   const area = `M${left},${H} ` + total.map((v, i) => `L${left + i * w},${y(Math.min(1, v))} L${left + (i + 1) * w},${y(Math.min(1, v))}`).join(' ') + ` L${W},${H} Z`;
   const h = cores.length > 24 ? 9 : 14;
   return [el('h3', {}, `Queue ${t.ring}: occupancy`),
      sv('svg', {viewBox: `0 0 ${W} ${H + cores.length * h + 26}`, role: 'img', 'aria-label': `Occupancy: most ${percent(100 * Math.max(...total))} of all wave slots; below, each core.`},
         [0, 0.5, 1].map(v => [sv('line', {class: 'axis', x1: left, x2: W, y1: y(v), y2: y(v)}), sv('text', {class: 'soft', x: left - 8, y: y(v) + 4, 'text-anchor': 'end'}, percent(100 * v))]),
         sv('path', {d: area, fill: 'var(--c0)', 'fill-opacity': 0.7}),
         cores.map((c, k) => sv('g', {}, heatRow(c.map(v => v / (t.period * slots)), H + 8 + k * h, h, W, left,
            cores.length > 24 && k % 4 ? '' : t.cores_in_row > 1 ? `cores ${k * t.cores_in_row}–${(k + 1) * t.cores_in_row - 1}` : `core ${k}`, x => percent(100 * x)))),
         timeAxis(device, t, W, left, H + cores.length * h + 22))];
}

/* ---- shaders ---- */
function shaders(device) {
   const programs = (device.shaders || []).map(s => ({...s, total: s.code.reduce((n, i) => n + i.cycles.reduce((a, b) => a + b, 0), 0)})).filter(s => s.total > 0).sort((a, b) => b.total - a.total);
   if (!programs.length) return section('shaders', 'Hot shaders', note('With --profile-shaders the report says which instructions and source lines the schedulers spent their cycles on.'));
   const all = programs.reduce((n, s) => n + s.total, 0);
   const source = new Map((report.sources || []).map(s => [s.program, s]));
   return section('shaders', 'Hot shaders', note('Cycles of the schedulers: issue, and waits before it. A wait counts for the instruction that had to wait.'),
      programs.slice(0, 12).map((s, n) => el('details', {open: n === 0}, el('summary', {}, `${s.stages.join(', ')} shader ${s.program}: `, el('b', {}, percent(100 * s.total / all)), ` of the cycles, ${s.code.length} instructions`), listing(s, source.get(s.program)))));
}
function listing(s, source) {
   const rows = [], lineOf = new Map((source ? source.lines : []).map(([word, file, line]) => [word, `${file}:${line}`]));
   const cyclesOf = i => i.cycles.reduce((a, b) => a + b, 0);
   const byLine = new Map();
   for (const i of s.code) byLine.set(lineOf.get(i.word), (byLine.get(lineOf.get(i.word)) || 0) + cyclesOf(i));
   let last;
   const text = key => { const [file, line] = key.split(':').map(Number), f = source.files[file] || {}; return `${(f.name || '').split('/').pop()}:${line}  ${((f.text || '').split('\n')[line - 1] || '').trim()}`; };
   for (const i of s.code) {
      const key = lineOf.get(i.word), cycles = cyclesOf(i), stall = i.cycles.slice(1), worst = stall.indexOf(Math.max(...stall));
      if (key && key !== last) rows.push(el('tr', {class: 'source'}, el('td', {class: 'n'}, percent(100 * byLine.get(key) / s.total)), el('td', {colspan: 4}, text(key))));
      last = key;
      rows.push(el('tr', {}, el('td', {class: 'n heat', style: `--share:${(100 * cycles / s.total).toFixed(1)}%`}, percent(100 * cycles / s.total)), el('td', {class: 'n'}, grouped(cycles)),
         el('td', {class: 'n'}, grouped(i.issued)), el('td', {}, stall[worst] > 0 ? whys[worst + 1][1] : ''), el('td', {}, i.isa)));
   }
   return el('div', {class: 'wide'}, el('table', {class: 'code'}, el('thead', {}, el('tr', {}, el('th', {class: 'n'}, 'share'), el('th', {class: 'n'}, 'cycles'), el('th', {class: 'n'}, 'issued'), el('th', {}, 'waits for'), el('th', {}, 'instruction'))), el('tbody', {}, rows)));
}

/* ---- counters ---- */
function counters(device) {
   const p = new Part(device), rows = [];
   for (const m of tables.metrics) { const v = p.value(m.name); if (isFinite(v) && v !== 0) rows.push([m.block, m.name, v, m.unit, m.doc, short(v, 4)]); }
   for (const c of tables.counters) { const v = p.value(c.name); if (v) rows.push([c.host ? 'host' : c.block, c.name, v, c.unit, c.doc, grouped(v)]); }
   const body = el('tbody', {}), input = el('input', {type: 'search', id: 'filter', oninput: () => fill()});
   let order = 0;
   const fill = () => {
      const wanted = input.value.toLowerCase();
      const kept = rows.filter(r => (r[0] + ' ' + r[1] + ' ' + r[4]).toLowerCase().includes(wanted));
      if (order) kept.sort((a, b) => order === 3 ? b[2] - a[2] : String(a[order - 1]).localeCompare(String(b[order - 1])));
      body.replaceChildren(...kept.map(r => el('tr', {}, el('td', {}, r[0]), el('td', {}, r[1]), el('td', {class: 'n'}, r[5]), el('td', {}, r[3]), el('td', {class: 'soft'}, r[4]))));
   };
   const head = (name, n, numeric) => el('th', {class: numeric ? 'n' : null}, el('button', {type: 'button', onclick: () => { order = n; fill(); }}, name));
   fill();
   return section('counters', 'Counters and metrics', el('div', {class: 'bar'}, el('label', {for: 'filter'}, 'Filter'), input, el('span', {class: 'soft'}, 'what is 0 is left out')),
      el('div', {class: 'wide'}, el('table', {}, el('thead', {}, el('tr', {}, head('block', 1), head('name', 2), head('value', 3, true), el('th', {}, 'unit'), el('th', {}, 'meaning'))), body)));
}

/* ---- the page ---- */
const views = [['summary', 'Summary', summary], ['timeline', 'Timeline', timeline], ['roofline', 'Roofline', roofline], ['stalls', 'Stalls', stalls],
   ['time', 'Over time', overTime], ['shaders', 'Hot shaders', shaders], ['counters', 'Counters', counters]];

function show(index) {
   const device = report.devices[index], page = document.getElementById('page'), picker = report.devices.length > 1
      ? el('label', {}, 'Device ', el('select', {onchange: e => show(Number(e.target.value))}, report.devices.map((d, i) => el('option', {value: i, selected: i === index}, `${i}: ${d.profile}`)))) : null;
   document.getElementById('subtitle').textContent = `card ${device.profile}, timing ${device.timing || 'unknown'}`;
   page.replaceChildren(el('nav', {'aria-label': 'Sections'}, views.map(([id, name]) => el('a', {href: '#' + id}, name)), picker), ...views.map(v => v[2](device)));
   page.querySelectorAll('.plot').forEach(plot => plot.dispatchEvent(new Event('placed'))); /* observers come with the next frame, if there is one */
   page.dataset.ready = 'yes';
}
if (report.devices.length) show(0);
else document.getElementById('page').replaceChildren(note('The report has no device.'));
