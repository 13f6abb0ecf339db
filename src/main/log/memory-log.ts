import type { Logger, LogLevel } from '../ports.ts';
import { loggerOver } from './file-log.ts';
import { redactText, redactValue } from './redact.ts';

export interface LogEntry {
  level: LogLevel;
  scope: string;
  message: string;
  fields: Record<string, unknown> | undefined;
}

/** A Logger that keeps its entries, redacted as the file log would, for tests and for tools run by hand. */
export function memoryLog(): Logger & { entries: LogEntry[] } {
  const entries: LogEntry[] = [];
  const logger = loggerOver((level, scope, message, fields) => {
    entries.push({
      level,
      scope,
      message: redactText(message),
      fields: fields && (redactValue(fields) as Record<string, unknown>),
    });
  });
  return { ...logger, entries };
}
