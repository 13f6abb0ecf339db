import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { app } from './app.ts';
import { DoubleEvent, missing, strict, StrictEmitter } from './missing.ts';

const SHIM = path.join(import.meta.dirname, 'utility-shim.ts');
const OPTIONS = new Set(['serviceName', 'stdio', 'env', 'cwd', 'execArgv']);

export interface ForkOptions {
  serviceName?: string;
  stdio?: 'pipe' | 'ignore' | 'inherit' | ('pipe' | 'ignore' | 'inherit')[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  execArgv?: string[];
}

/** A Node process whose `process.parentPort` speaks to us. Docs: api/utility-process. */
class UtilityProcess extends StrictEmitter {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  private readonly _child: ChildProcess;
  private _pid: number | undefined;

  constructor(entry: string, args: string[], options: ForkOptions) {
    super('UtilityProcess', ['spawn', 'exit', 'message', 'error']);
    const stdio = options.stdio ?? 'inherit';
    const [input = 'ignore', output = 'inherit', errors = 'inherit'] =
      typeof stdio === 'string' ? ['ignore' as const, stdio, stdio] : stdio;
    // Docs: input other than 'ignore' is refused.
    if (input !== 'ignore') throw new TypeError('stdin value other than ignore is not supported');
    const flags = [
      ...process.execArgv.filter((flag) => !flag.includes('register')),
      ...(options.execArgv ?? []),
    ];
    this._child = spawn(process.execPath, [...withoutImports(flags), '--import', SHIM, entry, ...args], {
      stdio: ['ignore', output, errors, 'ipc'],
      serialization: 'advanced',
      env: options.env ?? process.env,
      cwd: options.cwd,
    });
    this.stdout = this._child.stdout;
    this.stderr = this._child.stderr;
    this._child.once('spawn', () => {
      this._pid = this._child.pid;
      this.emit('spawn');
    });
    this._child.on('message', (message) => this.emit('message', message));
    this._child.on('error', (error) => {
      if (this._child.pid === undefined) this.emit('exit', 1);
      else process.emitWarning(error);
    });
    this._child.once('exit', (code, signal) => {
      this._pid = undefined;
      // Docs: a signal shows as its number in the code on POSIX.
      const status = code ?? (signal === 'SIGKILL' ? 9 : 15);
      this.emit('exit', status);
      app.emit('child-process-gone', new DoubleEvent(), {
        type: 'Utility',
        reason: status === 0 ? 'clean-exit' : signal === null ? 'abnormal-exit' : 'killed',
        exitCode: status,
        name: options.serviceName ?? 'Node Utility Process',
        serviceName: 'node.mojom.NodeService',
      });
    });
    return strict('UtilityProcess', this);
  }

  /** Docs: undefined until spawned and after exit. */
  get pid(): number | undefined {
    return this._pid;
  }
  postMessage(message: unknown, transfer: unknown[] = []): void {
    if (transfer.length > 0) missing('UtilityProcess.postMessage with ports');
    if (this._child.connected) this._child.send(message as object, () => undefined); // it may end meanwhile
  }
  /** Docs: SIGTERM on POSIX; answers whether it was sent. */
  kill(): boolean {
    return this._child.kill('SIGTERM');
  }
}

/** The double's own `--import` is not for children. */
function withoutImports(flags: string[]): string[] {
  return flags.filter((flag, index) => flag !== '--import' && flags[index - 1] !== '--import');
}

export const utilityProcess = strict('utilityProcess', {
  fork: (entry: string, args: string[] = [], options: ForkOptions = {}): UtilityProcess => {
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready');
    for (const name of Object.keys(options))
      if (!OPTIONS.has(name)) missing(`utilityProcess.fork option ${name}`);
    return new UtilityProcess(entry, args, options);
  },
});
