import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../../shared/result.ts';

export interface HostOptions {
  /** Absolute folder of everything this host keeps. */
  profile: string;
  /** 0 takes a free port. */
  port: number;
  openBrowser: boolean;
  /** Print the address alone on a line of its own. */
  printUrl: boolean;
  help: boolean;
}

export const USAGE = `Hark in the browser

  --profile DIR   keep settings, secrets and chats in DIR (also HARK_PROFILE)
  --port N        listen on port N of this computer (default: any free one)
  --no-open       do not open the browser
  --print-url     print the address to open, alone on a line
  --help          show this
`;

/**
 * Reads the command line. `environment` gives HARK_PROFILE, `defaultProfile` is used without either.
 * Errors: VALIDATION_FAILED, naming the option.
 */
export function readOptions(
  args: readonly string[],
  environment: Record<string, string | undefined>,
  defaultProfile: string,
): Result<HostOptions> {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        profile: { type: 'string' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        'print-url': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    return fail('VALIDATION_FAILED', `${reason}. See --help for what Hark understands.`);
  }
  const portText = values.port ?? '0';
  if (!/^\d{1,5}$/.test(portText) || Number(portText) > 65_535)
    return fail(
      'VALIDATION_FAILED',
      `--port ${portText} is no port: give a number from 1 to 65535, or 0 for any free one.`,
      { field: 'port' },
    );
  const profile = values.profile ?? (environment['HARK_PROFILE'] || defaultProfile);
  if (profile.trim() === '')
    return fail('VALIDATION_FAILED', '--profile needs a folder, such as --profile ~/hark.', {
      field: 'profile',
    });
  return ok({
    profile: resolve(profile),
    port: Number(portText),
    openBrowser: values['no-open'] !== true,
    printUrl: values['print-url'] === true,
    help: values.help === true,
  });
}
