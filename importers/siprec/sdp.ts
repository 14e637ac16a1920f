/** One medium of a session description: its label, and whether it is active. */
export interface SdpLine {
  /** `audio`, `video` … */
  readonly kind: string;
  readonly label: string | null;
  /** The direction of the medium, or else of the session; null if none is written, which means both. */
  readonly direction: string | null;
  /** True if no packets are expected: inactive, nothing sent, or the address 0.0.0.0, which means hold in RFC 2543 and pause in BroadWorks. */
  readonly isHeld: boolean;
  /** True for port 0: the medium was refused, or removed from the session. */
  readonly isOff: boolean;
}

const mostLines = 4_000;
const mostMedia = 64;

interface Building {
  kind: string;
  port: number;
  label: string | null;
  direction: string | null;
  address: string | null;
}

/** Returns the media of a description. Source: RFC 8866; labels: RFC 4574. */
export function sdpMedia(text: string): readonly SdpLine[] {
  const session: Building = { kind: '', port: 0, label: null, direction: null, address: null };
  const media: Building[] = [];
  let current = session;
  for (const raw of text.split('\n', mostLines)) {
    const line = raw.trim();
    const value = line.slice(2);
    const medium = /^m=(\w+) (\d{1,5})/.exec(line);
    if (medium !== null) {
      if (media.length >= mostMedia) break;
      current = { kind: medium[1] ?? '', port: Number(medium[2]), label: null, direction: null, address: null };
      media.push(current);
    } else if (line.startsWith('c=')) current.address = /^IN IP[46] ([^\s/]+)/.exec(value)?.[1] ?? null;
    else if (/^a=(?:sendonly|recvonly|sendrecv|inactive)$/.test(line)) current.direction = value;
    else if (line.startsWith('a=label:')) current.label = value.slice('label:'.length).trim();
  }
  return media.map(({ kind, port, label, direction, address }) => {
    const own = direction ?? session.direction;
    return { kind, label, direction: own, isHeld: own === 'inactive' || (address ?? session.address) === '0.0.0.0', isOff: port === 0 };
  });
}
