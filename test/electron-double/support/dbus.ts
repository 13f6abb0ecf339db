import { connect, type Socket } from 'node:net';

/**
 * D-Bus by its wire protocol, as much as notifications need.
 * Source: https://dbus.freedesktop.org/doc/dbus-specification.html ("Marshaling", "Message Protocol").
 * Values: y n q i u → number, x t → bigint, d → number, b → boolean, s o g → string, a → array (a{…} → Map),
 * ( ) → array, v → Variant.
 */
export interface Variant {
  type: string;
  value: unknown;
}

export interface Message {
  type: 'call' | 'return' | 'error' | 'signal';
  serial: number;
  path?: string;
  interface?: string;
  member?: string;
  error?: string;
  replyTo?: number;
  destination?: string;
  sender?: string;
  body: unknown[];
}

const KINDS = ['', 'call', 'return', 'error', 'signal'] as const;
const ALIGNMENT: Record<string, number> = { y: 1, g: 1, v: 1, n: 2, q: 2, x: 8, t: 8, d: 8, '(': 8, '{': 8 };
const alignmentOf = (type: string): number => ALIGNMENT[type[0] ?? ''] ?? 4;

/** Splits a signature into its complete types. */
function typesOf(signature: string): string[] {
  const types: string[] = [];
  let at = 0;
  const skip = (): void => {
    const first = signature[at];
    at += 1;
    if (first === 'a') skip();
    else if (first === '(' || first === '{') {
      while (signature[at] !== ')' && signature[at] !== '}') skip();
      at += 1;
    }
  };
  while (at < signature.length) {
    const start = at;
    skip();
    types.push(signature.slice(start, at));
  }
  return types;
}

class Writer {
  private readonly bytes: number[] = [];

  align(to: number): void {
    while (this.bytes.length % to !== 0) this.bytes.push(0);
  }

  private number(size: number, write: (buffer: Buffer) => void): void {
    this.align(size);
    const buffer = Buffer.alloc(size);
    write(buffer);
    this.bytes.push(...buffer);
  }

  uint(value: number): void {
    this.number(4, (buffer) => buffer.writeUInt32LE(value));
  }

  private text(value: string, lengthSize: 1 | 4): void {
    const bytes = Buffer.from(value);
    if (lengthSize === 4) this.uint(bytes.length);
    else this.bytes.push(bytes.length);
    this.bytes.push(...bytes, 0);
  }

  write(type: string, value: unknown): void {
    const inner = type.slice(1);
    switch (type[0]) {
      case 'y':
        this.bytes.push(value as number);
        return;
      case 'b':
        return this.uint(value === true ? 1 : 0);
      case 'n':
        return this.number(2, (buffer) => buffer.writeInt16LE(value as number));
      case 'q':
        return this.number(2, (buffer) => buffer.writeUInt16LE(value as number));
      case 'i':
        return this.number(4, (buffer) => buffer.writeInt32LE(value as number));
      case 'u':
        return this.uint(value as number);
      case 'x':
        return this.number(8, (buffer) => buffer.writeBigInt64LE(value as bigint));
      case 't':
        return this.number(8, (buffer) => buffer.writeBigUInt64LE(value as bigint));
      case 'd':
        return this.number(8, (buffer) => buffer.writeDoubleLE(value as number));
      case 's':
      case 'o':
        return this.text(value as string, 4);
      case 'g':
        return this.text(value as string, 1);
      case 'v': {
        const variant = value as Variant;
        this.text(variant.type, 1);
        return this.write(variant.type, variant.value);
      }
      case '(':
      case '{': {
        this.align(8);
        const items = value as unknown[];
        typesOf(type.slice(1, -1)).forEach((each, index) => this.write(each, items[index]));
        return;
      }
      case 'a': {
        this.uint(0);
        const lengthAt = this.bytes.length - 4;
        this.align(alignmentOf(inner));
        const start = this.bytes.length;
        for (const item of value as Iterable<unknown>) this.write(inner, item);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(this.bytes.length - start);
        this.bytes.splice(lengthAt, 4, ...length);
        return;
      }
      default:
        throw new TypeError(`D-Bus type ${type} is not written here.`);
    }
  }

  get buffer(): Buffer {
    return Buffer.from(this.bytes);
  }
}

class Reader {
  private at: number;
  private readonly data: Buffer;

  constructor(data: Buffer, at = 0) {
    this.data = data;
    this.at = at;
  }

  private take(size: number, alignment = size): number {
    this.at = Math.ceil(this.at / alignment) * alignment;
    const start = this.at;
    this.at += size;
    return start;
  }

  private text(length: number): string {
    const start = this.take(length + 1, 1);
    return this.data.toString('utf8', start, start + length);
  }

  read(type: string): unknown {
    const inner = type.slice(1);
    switch (type[0]) {
      case 'y':
        return this.data.readUInt8(this.take(1));
      case 'b':
        return this.data.readUInt32LE(this.take(4)) === 1;
      case 'n':
        return this.data.readInt16LE(this.take(2));
      case 'q':
        return this.data.readUInt16LE(this.take(2));
      case 'i':
        return this.data.readInt32LE(this.take(4));
      case 'u':
        return this.data.readUInt32LE(this.take(4));
      case 'x':
        return this.data.readBigInt64LE(this.take(8));
      case 't':
        return this.data.readBigUInt64LE(this.take(8));
      case 'd':
        return this.data.readDoubleLE(this.take(8));
      case 's':
      case 'o':
        return this.text(this.data.readUInt32LE(this.take(4)));
      case 'g':
        return this.text(this.data.readUInt8(this.take(1)));
      case 'v': {
        const of = this.read('g') as string;
        return { type: of, value: this.read(of) } satisfies Variant;
      }
      case '(':
      case '{':
        this.take(0, 8);
        return typesOf(type.slice(1, -1)).map((each) => this.read(each));
      case 'a': {
        const length = this.data.readUInt32LE(this.take(4));
        const end = this.take(0, alignmentOf(inner)) + length;
        const items: unknown[] = [];
        while (this.at < end) items.push(this.read(inner));
        return inner.startsWith('{') ? new Map(items as [unknown, unknown][]) : items;
      }
      default:
        throw new TypeError(`D-Bus type ${type} is not read here.`);
    }
  }
}

const FIELDS: Record<number, { name: keyof Message | 'signature'; type: string }> = {
  1: { name: 'path', type: 'o' },
  2: { name: 'interface', type: 's' },
  3: { name: 'member', type: 's' },
  4: { name: 'error', type: 's' },
  5: { name: 'replyTo', type: 'u' },
  6: { name: 'destination', type: 's' },
  7: { name: 'sender', type: 's' },
  8: { name: 'signature', type: 'g' },
};

function encode(message: Message & { signature: string }): Buffer {
  const body = new Writer();
  typesOf(message.signature).forEach((type, index) => body.write(type, message.body[index]));
  const head = new Writer();
  for (const byte of ['l'.charCodeAt(0), KINDS.indexOf(message.type), 0, 1]) head.write('y', byte);
  head.uint(body.buffer.length);
  head.uint(message.serial);
  const fields = Object.entries(FIELDS)
    .map(([code, { name, type }]) => [Number(code), { type, value: message[name] }] as const)
    .filter(([, { value }]) => value !== undefined && value !== '');
  head.write('a(yv)', fields);
  head.align(8);
  return Buffer.concat([head.buffer, body.buffer]);
}

/** One message from the beginning of `data`, and what is left; null while it is not all there. */
function decode(data: Buffer): { message: Message; rest: Buffer } | null {
  if (data.length < 16) return null;
  const bodyLength = data.readUInt32LE(4);
  const bodyAt = Math.ceil((16 + data.readUInt32LE(12)) / 8) * 8;
  if (data.length < bodyAt + bodyLength) return null;
  const message: Message = {
    type: KINDS[data.readUInt8(1)] as 'call',
    serial: data.readUInt32LE(8),
    body: [],
  };
  let signature = '';
  for (const [code, variant] of new Reader(data, 12).read('a(yv)') as [number, Variant][]) {
    const name = FIELDS[code]?.name;
    if (name === 'signature') signature = variant.value as string;
    else if (name) Object.assign(message, { [name]: variant.value });
  }
  const body = new Reader(data.subarray(bodyAt, bodyAt + bodyLength));
  message.body = typesOf(signature).map((type) => body.read(type));
  return { message, rest: data.subarray(bodyAt + bodyLength) };
}

export interface Bus {
  /** Calls a method; rejects with the error's name and words. */
  call: (
    to: { destination: string; path: string; interface: string; member: string },
    signature?: string,
    body?: unknown[],
  ) => Promise<unknown[]>;
  signal: (
    from: { path: string; interface: string; member: string },
    signature: string,
    body: unknown[],
  ) => void;
  onSignal: (listener: (signal: Message) => void) => void;
  /** Answers calls made to us; a thrown error becomes an error reply. */
  serve: (handle: (call: Message) => { signature: string; body: unknown[] }) => void;
  close: () => void;
}

/** Connects to the bus at an address such as `unix:path=/tmp/…`. */
export async function connectBus(address: string): Promise<Bus> {
  const path = /unix:(?:path|abstract)=([^,;]+)/.exec(address)?.[1];
  if (path === undefined) throw new Error(`This D-Bus address is not spoken here: ${address}`);
  const socket: Socket = connect(address.includes('abstract=') ? `\0${path}` : path);
  const waiting = new Map<number, { resolve: (body: unknown[]) => void; reject: (error: Error) => void }>();
  const listeners: ((signal: Message) => void)[] = [];
  let handle: ((call: Message) => { signature: string; body: unknown[] }) | null = null;
  let serial = 0;
  let data = Buffer.alloc(0);
  const post = (message: Omit<Message, 'serial'> & { signature: string }): number => {
    serial += 1;
    if (!socket.destroyed) socket.write(encode({ ...message, serial }));
    return serial;
  };
  const answer = (call: Message): void => {
    const back = { replyTo: call.serial, destination: call.sender };
    try {
      if (!handle) throw new Error('nothing is served here');
      post({ type: 'return', ...back, ...handle(call) });
    } catch (error) {
      post({
        type: 'error',
        ...back,
        error: 'org.freedesktop.DBus.Error.Failed',
        signature: 's',
        body: [error instanceof Error ? error.message : String(error)],
      });
    }
  };
  const take = (message: Message): void => {
    if (message.type === 'call') return answer(message);
    if (message.type === 'signal') {
      for (const listener of listeners) listener(message);
      return;
    }
    const call = waiting.get(message.replyTo ?? 0);
    waiting.delete(message.replyTo ?? 0);
    if (message.type === 'return') call?.resolve(message.body);
    else
      call?.reject(
        new Error(
          `${message.error ?? 'error'}: ${typeof message.body[0] === 'string' ? message.body[0] : ''}`,
        ),
      );
  };

  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    const authenticate = (piece: Buffer): void => {
      if (!piece.toString('latin1').startsWith('OK ')) return reject(new Error('The bus refused us.'));
      socket.off('data', authenticate);
      socket.write('BEGIN\r\n');
      resolve();
    };
    socket.on('data', authenticate);
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
    socket.once('connect', () => socket.write(`\0AUTH EXTERNAL ${uid}\r\n`));
  });
  socket.on('data', (piece: Buffer) => {
    data = Buffer.concat([data, piece]);
    for (let next = decode(data); next; next = decode(data)) {
      data = Buffer.from(next.rest);
      take(next.message);
    }
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('The bus is gone.'));
    waiting.clear();
  });
  const call: Bus['call'] = async (to, signature = '', body = []) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('The bus is gone.'));
      waiting.set(post({ type: 'call', ...to, signature, body }), { resolve, reject });
    });
  await call({
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'Hello',
  });
  return {
    call,
    signal: (from, signature, body) => void post({ type: 'signal', ...from, signature, body }),
    onSignal: (listener) => void listeners.push(listener),
    serve: (given) => (handle = given),
    close: () => socket.destroy(),
  };
}

/** Calls a method of the bus itself. */
export const busMethod = (bus: Bus, member: string, signature: string, body: unknown[]): Promise<unknown[]> =>
  bus.call(
    {
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member,
    },
    signature,
    body,
  );
