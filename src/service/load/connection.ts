/**
 * A keep-alive connection that sends ready bytes and reads just enough of the answers: Node's client takes as long for a
 * request as the service does, and would measure itself.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

export class Connection {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Bytes of the whole answer, once its head is there. */
  #expected: number | undefined;
  #status = 0;
  #answered: ((status: number) => void) | undefined;
  alive = true;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (piece) => this.#take(piece));
    this.#socket.on('error', () => this.#end());
    this.#socket.on('close', () => this.#end());
  }

  /** One at a time. Status of the answer; 0: the connection ended without one. */
  send(request: Uint8Array): Promise<number> {
    return new Promise((resolve) => {
      if (!this.alive) return resolve(0); // the service closed it while it was idle: nothing more will be heard of it
      this.#answered = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#expected === undefined) {
      const head = Buffer.concat(this.#pieces);
      const end = head.indexOf(HEAD_END);
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      this.#status = Number(text.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0;
      this.#expected = end + HEAD_END.length + Number(length);
      if (/\r\nconnection: close/i.test(text)) this.alive = false;
    }
    if (this.#length < this.#expected) return;
    this.#pieces = [];
    this.#length = 0;
    this.#expected = undefined;
    this.#answer(this.#status);
  }

  #end(): void {
    this.alive = false;
    this.#answer(0);
  }

  #answer(status: number): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(status);
  }
}
