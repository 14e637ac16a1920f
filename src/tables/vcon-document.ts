import { gunzipSync } from 'node:zlib';
import { limits } from '../core/base/limits.ts';

/** Any JSON object. */
export type Json = { readonly [name: string]: unknown };

/** A parsed vCon with the member names of version 0.4.0. It has neither the bodies of its files nor keys that were pressed on a telephone. */
export interface VconDocument {
  /** Form of the document. `none`: it is not a vCon. */
  readonly form: 'unsigned' | 'signed' | 'encrypted' | 'none';
  readonly uuid: string | null;
  /** The vCon; empty if it is encrypted or not a vCon. */
  readonly vcon: Json;
  /** Descriptions of the signatures of a signed vCon. */
  readonly signatures: readonly string[];
  /** Number of key presses that were removed. */
  readonly digits: number;
  /** The parts that longplay wrote into the vCon; null if there are none. */
  readonly own: OwnParts | null;
}

/** Parts that longplay writes into a vCon, unvalidated. */
export interface OwnParts {
  /** The recording.json; null: it is larger than one can be, or there are several. */
  readonly recording: unknown;
  readonly files: unknown;
  readonly archive: unknown;
}

/**
 * Reads a vCon of version 0.0.1 to 0.4.0 in any of its three forms, which section 5.3 of the draft distinguishes. Never throws.
 * @param bodies `left-out`: no bodies are kept; `of-texts`: those of dialogs of type `text` are kept
 * @param textOfPayload returns the JSON in the payload of a signed vCon; null: it cannot be read
 */
export function readVcon(
  text: string,
  bodies: 'left-out' | 'of-texts' = 'left-out',
  textOfPayload: (payload: string) => string | null = payloadText,
): VconDocument {
  const outer = parsed(text);
  const none: VconDocument = { form: 'none', uuid: null, vcon: {}, signatures: [], digits: 0, own: null };
  if (outer === null) return none;
  if (typeof outer.ciphertext === 'string' && 'recipients' in outer) {
    return { ...none, form: 'encrypted', uuid: uuidOf(objectOf(outer.unprotected).uuid) ?? uuidOf(headerOf(outer.protected).uuid) };
  }
  if (typeof outer.payload === 'string' && Array.isArray(outer.signatures)) {
    const inner = parsed(textOfPayload(outer.payload));
    const headers = outer.signatures.map((one) => ({ ...headerOf(objectOf(one).protected), ...objectOf(objectOf(one).header) }) as Json);
    if (inner === null) return none;
    const signatures = headers.map(({ alg }) => (typeof alg === 'string' ? alg.slice(0, 20) : 'unknown algorithm'));
    const lean = leanOf(inner, bodies);
    return {
      ...none,
      ...lean,
      own: ownOf(inner),
      form: 'signed',
      uuid: uuidOf(inner.uuid) ?? headers.map(({ uuid }) => uuidOf(uuid)).find((one) => one !== null) ?? null,
      signatures,
    };
  }
  if (!['parties', 'dialog', 'analysis', 'attachments'].some((name) => Array.isArray(outer[name]))) return none;
  return { ...none, ...leanOf(outer, bodies), form: 'unsigned', uuid: uuidOf(outer.uuid), own: ownOf(outer) };
}

/** Largest number of characters of a recording.json inside a vCon. Those of calls have some thousands. */
const ownChars = 1024 * 1024;

/** Returns the JSON text of a vCon: the document itself or, for a signed one, its payload; null: it is encrypted, or it is not a vCon. */
export function unsignedVcon(text: string): string | null {
  const { form } = readVcon(text);
  if (form === 'unsigned') return text;
  return form === 'signed' ? payloadText(String(parsed(text)?.payload)) : null;
}

function ownOf({ attachments, analysis }: Json): OwnParts | null {
  const bodies = (purpose: string): unknown[] =>
    [...objectsOf(attachments).map((one) => [one.purpose, one.body]), ...objectsOf(analysis).map((one) => [one.schema, one.body])].flatMap(
      ([name, body]) => (name === purpose && typeof body === 'object' && body !== null ? [body] : []),
    );
  const [recording, ...others] = bodies('recording.json');
  if (recording === undefined) return null;
  const isUsable = others.length === 0 && JSON.stringify(recording).length <= ownChars;
  return { recording: isUsable ? recording : null, files: bodies('files')[0] ?? [], archive: objectOf(bodies('export')[0]).archive ?? null };
}

/** Returns a value if it is an object, else an empty object. */
export function objectOf(value: unknown): Json {
  // Objects from JSON.parse have string names only.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** Returns the objects in a list, with an empty object in place of each other value, so that indices remain valid. */
export function objectsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/** Returns a text if it is not empty, else null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : typeof value === 'number' ? String(value) : null;
}

function parsed(text: string | null): Json | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null; // truncated or not JSON; the recording has a finding
  }
}

function uuidOf(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : null;
}

function headerOf(value: unknown): Json {
  return typeof value === 'string' ? (parsed(Buffer.from(value, 'base64url').toString('utf8')) ?? {}) : {};
}

/** Decodes a payload: JSON, or JSON compressed with gzip (section 5.1). */
function payloadText(payload: string): string | null {
  const bytes = Buffer.from(payload, 'base64url');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.sidecarBytes }).toString('utf8');
  } catch {
    return null; // damaged, or larger than a document may be
  }
}

/**
 * Members that have other names in earlier versions: 0.0.1 and 0.0.2 (mimetype; the draft of 2023), 0.3.0 and earlier (appended, must_support), and before
 * 0.4.0 (transfer-target).
 */
const renamed: Readonly<Record<string, string>> = {
  mimetype: 'mediatype',
  appended: 'amended',
  must_support: 'critical',
  'transfer-target': 'transfer_target',
  'target-dialog': 'target_dialog',
};

function leanOf(outer: Json, bodies: 'left-out' | 'of-texts'): { readonly vcon: Json; readonly digits: number } {
  let digits = 0;
  const lean = (value: unknown, depth: number, inDialog: boolean): unknown => {
    if (depth > limits.depth) return null;
    if (Array.isArray(value)) return value.map((one) => lean(one, depth + 1, inDialog));
    if (typeof value !== 'object' || value === null) return value;
    const out: Record<string, unknown> = Object.create(null);
    const object = value as Json;
    for (const [name, member] of Object.entries(object)) {
      if (name === 'bodyChars' && 'body' in object) continue;
      if (name === 'body') {
        // Audio, transcripts and mails are left in the document.
        out.bodyChars = typeof member === 'string' ? member.length : JSON.stringify(member ?? '').length;
        if (bodies === 'of-texts' && inDialog && object.type === 'text') out.body = member;
      } else if (inDialog && (name === 'button' || name === 'dtmf')) digits++;
      else if (name === 'signature' && typeof object.alg === 'string' && typeof member === 'string') {
        // In version 0.0.1, two members state the digest.
        out.content_hash ??= `${object.alg.toLowerCase().replace(/[^a-z0-9]/g, '')}-${member}`;
      } else if (name === 'alg' && typeof object.signature === 'string') continue;
      else {
        const known = renamed[name] ?? name;
        if (known === name || !(known in object)) out[known] = lean(member, depth + 1, inDialog || name === 'dialog');
      }
    }
    return out;
  };
  return { vcon: objectOf(lean(outer, 0, false)), digits };
}
