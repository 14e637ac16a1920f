/** Meaning of a payload type number in one session description. */
export interface SdpCoding {
  /** Encoding name in upper case, e.g. `OPUS` or `TELEPHONE-EVENT`. */
  readonly name: string;
  readonly clockHz: number;
  readonly channels: number;
  /** Parameters of the coding (fmtp), as written. */
  readonly parameters: string;
}

/** One medium that a session description offers to receive. */
export interface SdpMedium {
  /** `audio`, `video`, `image` … */
  readonly kind: string;
  /** Its index among the media of its description, from 0. */
  readonly place: number;
  /** Name of the medium in other protocols (RFC 4574); null if it has none. */
  readonly label: string | null;
  /** Address and port at which packets are expected. */
  readonly address: string;
  readonly port: number;
  /** True if the medium is encrypted according to its profile (RTP/SAVP and similar) or to keys in the description. */
  readonly secure: boolean;
  readonly codings: ReadonlyMap<number, SdpCoding>;
  /** Payload types in order of preference. */
  readonly types: readonly number[];
}

const mostLines = 2_000;
const mostMedia = 32;

interface Building {
  readonly place: number;
  kind: string;
  label: string | null;
  address: string;
  port: number;
  secure: boolean;
  readonly codings: Map<number, SdpCoding>;
  readonly types: number[];
}

/** Returns the media of a session description (RFC 8866); unreadable parts are skipped. */
export function readSdp(text: string): readonly SdpMedium[] {
  const media: Building[] = [];
  let sessionAddress = '';
  let sessionKeys = false;
  let medium: Building | null = null;
  let place = 0;
  for (const line of text.split(/\r?\n/, mostLines)) {
    const value = line.slice(2);
    if (line.startsWith('m=')) {
      const own = place++;
      const found = /^(\w+) (\d{1,5})(?:\/\d+)? (\S+)((?: \S+)*)/.exec(value);
      if (found === null || media.length >= mostMedia) {
        medium = null;
        continue;
      }
      const [, kind = '', port = '0', profile = '', types = ''] = found;
      // RTP/SAVP, RTP/SAVPF, UDP/TLS/RTP/SAVP(F): RFC 3711, 5124, 5764.
      const secure = /\bSAVPF?\b/i.test(profile) || sessionKeys;
      const numbers = types.split(' ').filter((word) => /^\d{1,3}$/.test(word));
      medium = {
        place: own,
        label: null,
        kind: kind.toLowerCase(),
        address: sessionAddress,
        port: Number(port),
        secure,
        codings: new Map(),
        types: numbers.map(Number),
      };
      media.push(medium);
    } else if (line.startsWith('c=')) {
      const address = /^IN IP[46] ([^\s/]+)/.exec(value)?.[1] ?? '';
      if (medium === null) sessionAddress = address;
      else medium.address = address;
    } else if (line.startsWith('a=')) readAttribute(value);
  }
  return media;

  function readAttribute(value: string): void {
    if (/^(crypto|fingerprint):/.test(value)) {
      // RFC 4568 and RFC 8122: keys, or the fingerprint of the certificate that DTLS will use.
      if (medium === null) sessionKeys = true;
      else medium.secure = true;
      return;
    }
    if (value.startsWith('label:') && medium !== null) medium.label = value.slice('label:'.length).trim();
    const found = /^(rtpmap|fmtp):(\d{1,3})\s+(.*)$/.exec(value);
    if (found === null || medium === null) return;
    const [, attribute, type = '', rest = ''] = found;
    const number = Number(type);
    const known = medium.codings.get(number);
    if (attribute === 'fmtp') {
      const { name, clockHz, channels } = known ?? { name: '', clockHz: 0, channels: 1 };
      medium.codings.set(number, { name, clockHz, channels, parameters: rest.trim() });
      return;
    }
    const map = /^([^\s/]{1,64})\/(\d{1,6})(?:\/(\d{1,2}))?/.exec(rest);
    if (map === null) return;
    const [, name = '', clock = '0', channels = '1'] = map;
    medium.codings.set(number, { name: name.toUpperCase(), clockHz: Number(clock), channels: Number(channels), parameters: known?.parameters ?? '' });
  }
}
