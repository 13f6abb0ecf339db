import type { HttpFailure } from '../ports.ts';

/** What the transport knew when an exchange broke. Times in ms. */
export interface FaultScene {
  /** Host with port: the only part of the URL that words may hold. */
  host: string;
  /** "host:port" of the proxy in between, if there is one. */
  proxy: string | null;
  /** The request body had left. */
  sent: boolean;
}

const CERTIFICATE: Record<string, string> = {
  CERT_HAS_EXPIRED:
    'its certificate has expired. Its owner must renew it; check also that this computer’s date is right',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet. Check that this computer’s date is right',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is self-signed, so nobody vouches for it. If it is yours, add the certificate as a trusted authority for this target',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate comes from an authority this computer does not know. If it is yours, add that authority’s certificate for this target',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate could not be traced to a known authority; often the server leaves out an intermediate certificate. If the authority is yours, add its certificate for this target',
  UNABLE_TO_GET_ISSUER_CERT:
    'the authority behind its certificate could not be found. If the authority is yours, add its certificate for this target',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate comes from an authority this computer does not know. If it is yours, add that authority’s certificate for this target',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name. Check the name in the address, or ask the server’s owner for a certificate with this name',
  CERT_REVOKED: 'its certificate has been revoked',
  HOSTNAME_MISMATCH: 'its certificate is for another name. Check the name in the address',
};

/** Further codes of OpenSSL's chain check; each means that the certificate was not trusted. */
const CERTIFICATE_OTHER =
  /^(CERT_|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UNABLE_TO_|ERROR_IN_CERT|UNSUPPORTED_)/;

/** The codes inside an error, its aggregated attempts and its causes, outermost first. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  const visit = (item: unknown, depth: number): void => {
    if (typeof item !== 'object' || item === null || depth > 4) return;
    const { code, errors, cause } = item as { code?: unknown; errors?: unknown; cause?: unknown };
    // With several addresses every try has its own code; those say more than the first one's.
    if (Array.isArray(errors)) for (const inner of errors) visit(inner, depth + 1);
    if (typeof code === 'string') codes.push(code);
    visit(cause, depth + 1);
  };
  visit(error, 0);
  return codes;
}

/**
 * Names what broke an exchange and puts it in words for a person: what happened, and what to look at.
 * The words hold the host at most, never path, query or the error's own text.
 */
export function describeFault(error: unknown, scene: FaultScene): { failure: HttpFailure; words: string } {
  const { host, proxy, sent } = scene;
  const codes = codesOf(error);
  const has = (...wanted: string[]) => codes.some((code) => wanted.includes(code));
  const message = error instanceof Error ? error.message : '';

  if (proxy !== null && !sent) {
    const status = /HTTP\/1\.\d (\d{3})/.exec(message)?.[1];
    if (status === '407') return proxyWantsSignIn(proxy);
    if (status)
      return {
        failure: 'proxy',
        words: `The proxy ${proxy} would not connect to ${host} (it answered ${status}). Check the proxy's rules, or add ${host} to NO_PROXY.`,
      };
    if (has('ENOTFOUND', 'EAI_AGAIN'))
      return {
        failure: 'proxy',
        words: `The proxy ${proxy} could not be found by name. Check HTTPS_PROXY and HTTP_PROXY.`,
      };
    if (has('ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'))
      return {
        failure: 'proxy',
        words: `The proxy ${proxy} did not accept the connection. Check that it runs, or add ${host} to NO_PROXY.`,
      };
    if (has('ERR_PROXY_TUNNEL', 'ERR_PROXY_INVALID_CONFIG'))
      return {
        failure: 'proxy',
        words: `The proxy ${proxy} could not be used to reach ${host}. Check HTTPS_PROXY and HTTP_PROXY.`,
      };
  }

  for (const code of codes) {
    const why = CERTIFICATE[code];
    if (why) return { failure: 'certificate', words: `${host} was not trusted: ${why}.` };
  }
  if (codes.some((code) => CERTIFICATE_OTHER.test(code)))
    return {
      failure: 'certificate',
      words: `${host} was not trusted: its certificate could not be verified (${codes[0] ?? 'unknown reason'}).`,
    };
  if (codes.some((code) => code.startsWith('ERR_OSSL_')))
    return {
      failure: 'certificate',
      words: `The certificate added for ${host} cannot be read. It should be a PEM text that begins with -----BEGIN CERTIFICATE-----.`,
    };
  if (has('ENOTFOUND', 'EAI_NONAME', 'EAI_NODATA'))
    return {
      failure: 'name_not_found',
      words: `There is no computer called ${hostName(host)}. Check the spelling of the address.`,
    };
  if (has('EAI_AGAIN', 'EAI_FAIL'))
    return {
      failure: 'offline',
      words: `The name ${hostName(host)} could not be looked up just now: this computer is offline, or its name server does not answer.`,
    };
  if (has('ECONNREFUSED'))
    return {
      failure: 'refused',
      words: `${host} refused the connection: nothing listens there, or a firewall turns it away. Check the port and that the service runs.`,
    };
  if (has('EHOSTUNREACH', 'EHOSTDOWN'))
    return {
      failure: 'unreachable',
      words: `No way leads to ${host}: it is switched off, or on a network this computer is not on.`,
    };
  if (has('ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ENONET'))
    return { failure: 'offline', words: `This computer has no network that leads to ${host}.` };
  if (has('ETIMEDOUT', 'ESOCKETTIMEDOUT'))
    return sent
      ? {
          failure: 'timeout',
          words: `${host} took the request and then fell silent. It may have arrived.`,
        }
      : {
          failure: 'connect_timeout',
          words: `${host} did not answer the call to connect. It is switched off, or a firewall drops the connection.`,
        };
  if (has('ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'))
    return sent
      ? {
          failure: 'reset',
          words: `${host} cut the connection before it answered. The request may have arrived.`,
        }
      : { failure: 'reset', words: `${host} cut the connection before the request was sent.` };
  if (has('EACCES', 'EPERM'))
    return {
      failure: 'unreachable',
      words: `This computer does not let Hark connect to ${host}. Check its firewall.`,
    };
  if (codes.some((code) => code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO'))
    return {
      failure: 'bad_answer',
      words: `${host} does not speak https there. Check the port, or whether the address should begin with http://.`,
    };
  if (codes.some((code) => code.startsWith('HPE_')) || has('ERR_HTTP_SOCKET_ENCODING'))
    return {
      failure: 'bad_answer',
      words: `${host} answered with something that is not HTTP. Check the port, or whether the address should begin with https://.`,
    };
  if (codes.some((code) => code.startsWith('ERR_INVALID_') || code === 'ERR_UNESCAPED_CHARACTERS'))
    return {
      failure: 'other',
      words: `The request to ${host} could not be written: an address or a header holds characters that are not allowed.`,
    };
  return {
    failure: 'other',
    words: `The exchange with ${host} failed${codes[0] ? ` (${codes[0]})` : ''}.`,
  };
}

/** For a proxy that asks for a password, on a tunnel or on a plain request. */
export function proxyWantsSignIn(proxy: string): { failure: HttpFailure; words: string } {
  return {
    failure: 'proxy',
    words: `The proxy ${proxy} asks for a name and password. Put them into HTTPS_PROXY and HTTP_PROXY.`,
  };
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
