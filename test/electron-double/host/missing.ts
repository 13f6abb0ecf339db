import { EventEmitter } from 'node:events';

/** What the double does not stand in for. */
export class NotInTheDouble extends Error {
  constructor(what: string) {
    super(`not in the double: ${what}`);
    this.name = 'NotInTheDouble';
  }
}

export function missing(what: string): never {
  throw new NotInTheDouble(what);
}

/** Names the language or a debugger reads from any object. */
const READ_BY_THE_LANGUAGE = new Set([
  'then',
  'toJSON',
  'constructor',
  'inspect',
  'asymmetricMatch',
  'nodeType',
]);

/** The same object, but reading or writing a member it does not have throws instead of giving undefined. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get: (object, key, receiver): unknown => {
      if (
        typeof key === 'string' &&
        !(key in object) &&
        !key.startsWith('_') &&
        !READ_BY_THE_LANGUAGE.has(key)
      )
        missing(`${name}.${key}`);
      return Reflect.get(object, key, receiver);
    },
    set: (object, key, value, receiver): boolean => {
      if (typeof key === 'string' && !(key in object) && !key.startsWith('_')) missing(`${name}.${key} = …`);
      return Reflect.set(object, key, value, receiver);
    },
  });
}

/** A whole module or class of Electron's that is not covered: importing is fine, any use throws. */
export function uncovered(name: string): never {
  // An arrow function could not be trapped as a class.
  const trap = function (): never {
    return missing(name);
  };
  const nothing: unknown = new Proxy(trap, {
    get: (_target, key) =>
      typeof key === 'symbol' || key === 'then' ? undefined : missing(`${name}.${key}`),
    apply: trap,
    construct: trap,
  });
  return nothing as never;
}

/** An emitter that knows its events: listening for one that never comes would be a silent gap. */
export class StrictEmitter extends EventEmitter {
  private readonly _owner: string;
  private readonly _known: ReadonlySet<string>;

  constructor(owner: string, events: readonly string[]) {
    super();
    this._owner = owner;
    this._known = new Set(events);
  }

  private _check(event: string | symbol): void {
    if (typeof event === 'string' && !this._known.has(event)) missing(`event '${event}' of ${this._owner}`);
  }

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    this._check(event);
    return super.on(event, listener as (...args: unknown[]) => void);
  }

  override addListener(event: string | symbol, listener: (...args: never[]) => void): this {
    return this.on(event, listener);
  }

  override once(event: string | symbol, listener: (...args: never[]) => void): this {
    this._check(event);
    return super.once(event, listener as (...args: unknown[]) => void);
  }

  override prependListener(event: string | symbol, listener: (...args: never[]) => void): this {
    this._check(event);
    return super.prependListener(event, listener as (...args: unknown[]) => void);
  }
}

/** An event object as Electron gives it to listeners. Docs: api/structures/event. */
export class DoubleEvent {
  defaultPrevented = false;
  preventDefault = (): void => {
    this.defaultPrevented = true;
  };
}
