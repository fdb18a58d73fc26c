// <hearth-upload>: sends one file in chunks to /api/v1/uploads. What was begun is remembered by the file's name, size and date,
// so that choosing the same file again goes on where it stopped, also after a reload. Fires "uploaded" with the upload's id.
const API = '/api/v1/uploads';
const HEADERS = { 'X-Requested-With': 'hearth', Accept: 'application/json' };
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;

class Refused extends Error {}

class HearthUpload extends HTMLElement {
  constructor() {
    super();
    this.state = 'idle';
    this.words = {};
  }

  set texts(json) {
    this.words = JSON.parse(json);
    this.render();
  }

  connectedCallback() {
    // Properties that were set before the element was defined hide its setters.
    for (const name of ['texts', 'endings']) {
      if (Object.prototype.hasOwnProperty.call(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    this.build();
    this.render();
  }

  disconnectedCallback() {
    this.abort?.abort();
    if (this.state === 'sending' || this.state === 'retrying') {
      this.state = 'paused';
    }
  }

  build() {
    if (this.box) {
      return;
    }
    this.innerHTML = '';
    this.box = this.make('div', 'box');
    this.purpose = this.make('p', 'purpose', this.box);
    this.input = this.make('input', 'file', this.box);
    this.input.type = 'file';
    this.input.hidden = true;
    this.status = this.make('p', 'status', this.box);
    this.status.setAttribute('role', 'status');
    this.bar = this.make('progress', '', this.box);
    this.bar.max = 1;
    this.detail = this.make('p', 'detail', this.box);
    this.buttons = this.make('div', 'buttons', this.box);
    this.chooseButton = this.button(() => this.input.click(), 'primary');
    this.pauseButton = this.button(() => (this.state === 'paused' ? this.send() : this.pause()));
    this.cancelButton = this.button(() => this.cancel());
    this.append(this.box);
    this.input.addEventListener('change', () => this.take(this.input.files[0]));
    this.box.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.box.classList.toggle('over', this.free());
    });
    this.box.addEventListener('dragleave', () => this.box.classList.remove('over'));
    this.box.addEventListener('drop', (event) => {
      event.preventDefault();
      this.box.classList.remove('over');
      if (this.free()) {
        this.take(event.dataTransfer.files[0]);
      }
    });
  }

  make(tag, className, parent) {
    const element = document.createElement(tag);
    element.className = className;
    parent?.append(element);
    return element;
  }

  button(action, theme = '') {
    const button = document.createElement('vaadin-button');
    if (theme) {
      button.setAttribute('theme', theme);
    }
    button.addEventListener('click', action);
    this.buttons.append(button);
    return button;
  }

  free() {
    return ['idle', 'done', 'failed', 'cancelled'].includes(this.state);
  }

  reset() {
    this.abort?.abort();
    this.state = 'idle';
    this.file = null;
    this.upload = null;
    this.note = '';
    this.render();
  }

  async take(file) {
    if (!file) {
      return;
    }
    this.input.value = '';
    const endings = (this.endings || '').split(',').filter(Boolean);
    if (endings.length && !endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
      this.fail(this.say('wrong-type', { endings: endings.join(' ') }));
      return;
    }
    this.file = file;
    this.upload = null;
    this.note = '';
    await this.send();
  }

  memory() {
    return `hearth-upload:${this.file.name}:${this.file.size}:${this.file.lastModified}`;
  }

  async send() {
    this.state = 'sending';
    this.abort = new AbortController();
    const abort = this.abort;
    this.started = performance.now();
    this.render();
    let wait = FIRST_WAIT;
    while (!abort.signal.aborted) {
      try {
        await this.begin();
        this.startedAt = this.upload.received;
        this.started = performance.now();
        while (this.upload.received < this.file.size) {
          await this.chunk();
          wait = FIRST_WAIT;
          this.state = 'sending';
          this.render();
        }
        this.finish();
        return;
      } catch (error) {
        if (abort.signal.aborted) {
          return;
        }
        if (error instanceof Refused) {
          this.fail(error.message);
          return;
        }
        this.state = 'retrying';
        this.note = this.say('retrying', { time: this.seconds(wait / 1000) });
        this.render();
        await new Promise((done) => setTimeout(done, wait));
        wait = Math.min(wait * 2, LONGEST_WAIT);
      }
    }
  }

  // Finds what is there already, or begins anew.
  async begin() {
    const known = this.upload?.id ?? localStorage.getItem(this.memory());
    if (known) {
      const answer = await this.call('GET', `${API}/${encodeURIComponent(known)}`, null, true);
      if (answer && answer.size === this.file.size) {
        if (!this.upload && answer.received > 0) {
          this.note = this.say('resumable', { sent: this.bytes(answer.received) });
        }
        this.upload = answer;
        return;
      }
      localStorage.removeItem(this.memory());
    }
    this.upload = await this.call('POST', API, JSON.stringify({ name: this.file.name, size: this.file.size }));
    localStorage.setItem(this.memory(), this.upload.id);
  }

  async chunk() {
    const { id, received, chunkSize } = this.upload;
    const part = this.file.slice(received, Math.min(received + (chunkSize || 4194304), this.file.size));
    const answer = await this.call('PUT', `${API}/${encodeURIComponent(id)}?offset=${received}`, part);
    this.upload.received = answer.received;
  }

  async call(method, url, body, missingIsNull = false) {
    const headers = { ...HEADERS };
    if (body !== null) {
      headers['Content-Type'] = body instanceof Blob ? 'application/octet-stream' : 'application/json';
    }
    headers['Accept-Language'] = this.words.locale || 'en';
    const response = await fetch(url, { method, body, headers, signal: this.abort?.signal, credentials: 'same-origin' });
    if (response.ok) {
      return response.status === 204 ? null : response.json();
    }
    if (missingIsNull && (response.status === 404 || response.status === 403)) {
      return null;
    }
    if (response.status === 413) {
      throw new Refused(this.say('too-large'));
    }
    if (response.status === 409 && method === 'PUT') {
      throw new Error('The offset has moved.');
    }
    if (response.status >= 500 || response.status === 429 || response.status === 408) {
      throw new Error(`HTTP ${response.status}`);
    }
    const problem = await response.json().catch(() => ({}));
    throw new Refused(this.say('failed', { reason: problem.detail || problem.title || `HTTP ${response.status}` }));
  }

  finish() {
    localStorage.removeItem(this.memory());
    this.state = 'done';
    this.render();
    this.dispatchEvent(new CustomEvent('uploaded',
      { detail: { id: this.upload.id, name: this.file.name, size: this.file.size } }));
  }

  pause() {
    this.abort?.abort();
    this.state = 'paused';
    this.note = '';
    this.render();
  }

  async cancel() {
    this.abort?.abort();
    const { upload } = this;
    localStorage.removeItem(this.memory());
    this.state = 'cancelled';
    this.upload = null;
    this.render();
    this.chooseButton.focus();
    if (upload) {
      this.abort = null;
      await this.call('DELETE', `${API}/${encodeURIComponent(upload.id)}`, null, true).catch(() => null);
    }
  }

  fail(reason) {
    this.state = 'failed';
    this.note = reason;
    this.render();
  }

  render() {
    if (!this.box) {
      return;
    }
    const { state, file } = this;
    const received = this.upload?.received ?? 0;
    const active = state === 'sending' || state === 'retrying' || state === 'paused';
    const values = file ? { name: file.name, sent: this.bytes(received), size: this.bytes(file.size) } : {};
    this.purpose.textContent = this.words.purpose || '';
    this.input.setAttribute('aria-label', this.words.purpose || '');
    this.chooseButton.textContent = this.say(state === 'idle' ? 'choose' : 'another');
    this.chooseButton.hidden = active;
    this.pauseButton.textContent = this.say(state === 'paused' ? 'go-on' : 'pause');
    this.pauseButton.hidden = !active;
    this.cancelButton.textContent = this.say('cancel');
    this.cancelButton.hidden = !active;
    this.bar.hidden = !active;
    this.bar.value = file && file.size ? received / file.size : 0;
    this.bar.setAttribute('aria-label', this.words.purpose || '');
    this.status.classList.toggle('bad', state === 'failed');
    const lines = {
      idle: this.say('drop'),
      sending: this.say('sending', values),
      retrying: this.note,
      paused: this.say('paused', values),
      done: this.say('done', values),
      failed: this.note,
      cancelled: this.say('cancelled'),
    };
    this.status.textContent = lines[state] || '';
    this.detail.textContent = state === 'sending' ? this.pace(received) || this.note || '' : '';
    this.dataset.state = state;
  }

  pace(received) {
    const seconds = (performance.now() - this.started) / 1000;
    const done = received - (this.startedAt ?? 0);
    if (seconds < 1 || done <= 0) {
      return '';
    }
    const speed = done / seconds;
    return this.say('remaining', { speed: this.bytes(speed), time: this.seconds((this.file.size - received) / speed) });
  }

  say(key, values = {}) {
    return (this.words[key] || '').replace(/%(\w+)%/g, (all, name) => values[name] ?? all);
  }

  bytes(value) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    const format = new Intl.NumberFormat(this.words.locale || 'en', { maximumFractionDigits: unit ? 1 : 0 });
    return `${format.format(value)} ${units[unit]}`;
  }

  seconds(value) {
    const unit = value < 90 ? 'second' : value < 5400 ? 'minute' : 'hour';
    const amount = Math.max(1, Math.round(value / { second: 1, minute: 60, hour: 3600 }[unit]));
    return new Intl.NumberFormat(this.words.locale || 'en', { style: 'unit', unit, unitDisplay: 'short' }).format(amount);
  }
}

customElements.define('hearth-upload', HearthUpload);
