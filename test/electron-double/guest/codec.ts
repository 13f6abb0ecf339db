/**
 * Values as text, with what structured clone keeps and JSON loses: undefined, NaN, bigint, Date, Map, Set,
 * RegExp, Error, bytes, holes in identity and cycles. Functions and symbols are refused, as
 * https://developer.mozilla.org/docs/Web/API/Web_Workers_API/Structured_clone_algorithm says.
 *
 * The function stands alone: its own text is injected into pages, so it may refer to nothing outside itself.
 * `special` may turn a value that is otherwise refused into a marker, and `revive` turns the marker back.
 */
export function createCodec(): {
  encode: (value: unknown, special?: (value: object) => [string, number] | null) => string;
  decode: (text: string, revive?: (marker: [string, number]) => unknown) => unknown;
} {
  type Cell = unknown;
  const { parse, stringify } = JSON;
  const kinds: Record<string, new (bytes: ArrayBuffer) => unknown> = {
    Uint8Array,
    Int8Array,
    Uint8ClampedArray,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  };
  const errors: Record<string, new (message: string) => Error> = {
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  };
  const refuse = (what: string): never => {
    const error = new Error(`An object could not be cloned: ${what}.`);
    error.name = 'DataCloneError';
    throw error;
  };

  function encode(value: unknown, special?: (value: object) => [string, number] | null): string {
    const nodes: unknown[] = [];
    const seen = new Map<object, number>();
    const entriesOf = (object: object): Cell[] =>
      Object.keys(object).map((key) => [key, cell((object as Record<string, unknown>)[key])]);
    const fill = (object: object): unknown => {
      if (Array.isArray(object)) return ['a', object.length, entriesOf(object)];
      if (object instanceof Date) return ['d', cell(object.getTime())];
      if (object instanceof RegExp) return ['x', object.source, object.flags];
      if (object instanceof Map) return ['m', [...object].map(([key, item]) => [cell(key), cell(item)])];
      if (object instanceof Set) return ['s', [...object].map(cell)];
      if (object instanceof Error)
        return [
          'e',
          object.name,
          object.message,
          object.stack ?? '',
          'cause' in object ? cell(object.cause) : 0,
        ];
      if (object instanceof ArrayBuffer) return ['B', 'ArrayBuffer', [...new Uint8Array(object)]];
      if (ArrayBuffer.isView(object)) {
        const bytes = [...new Uint8Array(object.buffer, object.byteOffset, object.byteLength)];
        const name = Object.keys(kinds).find((kind) => object instanceof (kinds[kind] as never));
        return ['B', name ?? 'DataView', bytes];
      }
      const tag = Object.prototype.toString.call(object);
      if (tag !== '[object Object]') refuse(tag);
      return ['o', entriesOf(object)];
    };
    const cell = (item: unknown): Cell => {
      if (item === null || typeof item === 'string' || typeof item === 'boolean') return item;
      if (item === undefined) return ['u'];
      if (typeof item === 'number')
        return Number.isFinite(item) && !Object.is(item, -0)
          ? item
          : ['n', Object.is(item, -0) ? '-0' : String(item)];
      if (typeof item === 'bigint') return ['b', String(item)];
      if (typeof item === 'symbol') return refuse(String(item));
      const marker = special?.(item) ?? null;
      if (marker) return ['!', ...marker];
      if (typeof item === 'function') return refuse(String(item));
      let index = seen.get(item);
      if (index === undefined) {
        index = nodes.push(null) - 1;
        seen.set(item, index);
        nodes[index] = fill(item);
      }
      return ['r', index];
    };
    const top = cell(value);
    return stringify([top, nodes]);
  }

  function decode(text: string, revive?: (marker: [string, number]) => unknown): unknown {
    const [top, nodes] = parse(text) as [Cell, unknown[][]];
    const made: unknown[] = [];
    const own = (object: object, entries: [string, Cell][]): void => {
      for (const [key, item] of entries)
        Object.defineProperty(object, key, {
          value: value(item),
          writable: true,
          enumerable: true,
          configurable: true,
        });
    };
    const node = (index: number): unknown => {
      if (index in made) return made[index];
      const [tag, ...rest] = nodes[index] as [string, never, never, never, never];
      const keep = <T>(object: T): T => (made[index] = object);
      if (tag === 'a') {
        const array = keep(new Array<unknown>(rest[0]));
        own(array, rest[1]);
        return array;
      }
      if (tag === 'o') {
        const object = keep({});
        own(object, rest[0]);
        return object;
      }
      if (tag === 'd') return keep(new Date(value(rest[0]) as number));
      if (tag === 'x') return keep(new RegExp(rest[0], rest[1]));
      if (tag === 'm') {
        const map = keep(new Map<unknown, unknown>());
        for (const [key, item] of rest[0] as unknown as [Cell, Cell][]) map.set(value(key), value(item));
        return map;
      }
      if (tag === 's') {
        const set = keep(new Set<unknown>());
        for (const item of rest[0] as unknown as Cell[]) set.add(value(item));
        return set;
      }
      if (tag === 'e') {
        // Structured clone keeps the standard names only; every other error becomes a plain one.
        const error = keep(new (errors[rest[0]] ?? Error)(rest[1]));
        if (rest[2] !== '') error.stack = rest[2];
        if ((rest[3] as unknown) !== 0) error.cause = value(rest[3]);
        return error;
      }
      const { buffer } = new Uint8Array(rest[1]);
      if (rest[0] === 'ArrayBuffer') return keep(buffer);
      if (rest[0] === 'DataView') return keep(new DataView(buffer));
      return keep(new (kinds[rest[0]] as new (bytes: ArrayBuffer) => unknown)(buffer));
    };
    const value = (item: Cell): unknown => {
      if (!Array.isArray(item)) return item;
      const [tag, first, second] = item as [string, never, never];
      if (tag === 'u') return undefined;
      if (tag === 'n') return Number(first);
      if (tag === 'b') return BigInt(first);
      if (tag === '!') return revive?.([first, second]);
      return node(first);
    };
    return value(top);
  }
  return { encode, decode };
}
