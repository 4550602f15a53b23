const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const CLEAR = '\r\x1b[K';

/** Shows steps on stderr: a line that moves on a terminal, plain lines elsewhere. stdout belongs to the command. */
export class Display {
  #out;
  #moving;
  #step = '';
  #detail = '';
  #begun = 0;
  #timer;
  #quarter = 0;
  #bytes;

  constructor(out = process.stderr) {
    this.#out = out;
    this.#moving = Boolean(out.isTTY) && !process.env.CI;
  }

  /** Runs one step and says how long it took. */
  async step(name, work) {
    this.#step = name;
    this.#detail = '';
    this.#begun = Date.now();
    if (this.#moving) {
      this.#timer = setInterval(() => this.#draw(), 100);
      this.#timer.unref();
    } else {
      this.#line(`${name} …`);
    }
    try {
      const result = await work();
      this.#stop();
      this.#line(`✔ ${name} (${seconds(Date.now() - this.#begun)})`);
      return result;
    } catch (error) {
      this.#stop();
      this.#line(`✖ ${name} (${seconds(Date.now() - this.#begun)})`);
      throw error;
    }
  }

  /** What the step is at. */
  detail(text) {
    this.#detail = text;
    if (!this.#moving) this.#line(`  ${text}`);
  }

  /** How far a download is: each time on a terminal, by quarters elsewhere. */
  bytes(what, done, total) {
    if (this.#bytes?.what !== what) {
      this.#bytes = { what, from: done, at: Date.now() };
      this.#quarter = 0;
    }
    const { from, at } = this.#bytes;
    const rate = (done - from) / Math.max(1, Date.now() - at);
    const left = rate > 0 ? `, ${seconds((total - done) / rate)} left` : '';
    const text = `${what}: ${megabytes(done)} of ${megabytes(total)} MB${done < total ? left : ''}`;
    if (this.#moving) {
      this.#detail = text;
      return;
    }
    const quarter = Math.floor((4 * done) / total);
    if (quarter !== this.#quarter && done > 0) this.#line(`  ${text}`);
    this.#quarter = quarter;
  }

  say(text) {
    this.#line(text);
  }

  #draw() {
    const frame = FRAMES[Math.floor(Date.now() / 100) % FRAMES.length];
    const detail = this.#detail ? `: ${this.#detail}` : '';
    const text = `${frame} ${this.#step} (${seconds(Date.now() - this.#begun)})${detail}`;
    this.#out.write(`${CLEAR}${text.slice(0, (this.#out.columns || 80) - 1)}`);
  }

  #stop() {
    clearInterval(this.#timer);
  }

  #line(text) {
    this.#out.write(`${this.#moving ? CLEAR : ''}${text}\n`);
  }
}

function seconds(ms) {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
