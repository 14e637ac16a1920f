import { isAscii, isUtf8 } from 'node:buffer';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { bounded, limits } from '../../core/base/limits.ts';
import { type RecordingDocument, storedFilesOf } from '../../core/model/recording-document.ts';
import { recordingValidator, type SchemaProblem } from './recording-validator.ts';

/**
 * Returns a document as the bytes of `recording.json`: canonical, indented by two, with a final line feed.
 * @throws Error if the document violates its own schema.
 */
export function writeRecordingJson(document: RecordingDocument): Uint8Array {
  const bytes = Buffer.from(`${canonicalJson(document, 2)}\n`, 'utf8');
  const validate = recordingValidator();
  // Any program that has the schema must be able to read documents.
  if (!validate(JSON.parse(bytes.toString('utf8'))))
    throw new Error(`recording.json of ${document.recordingId}: ${problemText(validate.errors?.[0])}`);
  bounded(bytes.length, limits.recordingJsonBytes, `recording.json of ${document.recordingId}`);
  return bytes;
}

/** Parses a recording document. On failure `document` is null and `problems` describes the first problem. Never throws. */
export function parseRecordingJson(bytes: Uint8Array): { readonly document: RecordingDocument | null; readonly problems: readonly string[] } {
  if (bytes.length > limits.recordingJsonBytes) return refused(agree`it has ${bytes.length} byte[s], more than ${limits.recordingJsonBytes}`);
  // Most documents are ASCII, which can be decoded in a third of the time.
  const encoding = isAscii(bytes) ? 'latin1' : isUtf8(bytes) ? 'utf8' : null;
  if (encoding === null) return refused('it is not UTF-8');
  let value: unknown;
  try {
    // TextDecoder would take longer than the JSON parser.
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding));
  } catch {
    // The parser's own message may quote the text, which may contain callers' names.
    return refused('it is not JSON');
  }
  return judgeRecordingDocument(value);
}

/** Validates a parsed recording document. On failure `document` is null and `problems` describes the first problem. Never throws. */
export function judgeRecordingDocument(value: unknown): { readonly document: RecordingDocument | null; readonly problems: readonly string[] } {
  if (typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'number' && value.version > 2) {
    return refused(`it is of version ${value.version}, this program supports versions 1 and 2`);
  }
  const validate = recordingValidator();
  if (!validate(value)) return refused(problemText(validate.errors?.[0]));
  // The schema covers every member of the type; a test keeps both in step.
  const document = value as RecordingDocument;
  const isAmendment = document.version === 2;
  if ((document.revision !== undefined) !== isAmendment || (document.amends !== undefined) !== isAmendment)
    return refused('version 2 has revision and amends, version 1 has neither');
  if (!isAmendment && storedFilesOf(document).some(({ bag }) => bag !== undefined))
    return refused('a document of version 1 names a file of another bag');
  return { document, problems: [] };
}

function refused(problem: string): { readonly document: null; readonly problems: readonly string[] } {
  return { document: null, problems: [problem] };
}

function problemText(error: SchemaProblem | undefined): string {
  if (error === undefined) return 'it does not fit the schema';
  return `${error.instancePath === '' ? 'the document' : error.instancePath.slice(0, 200)} ${error.message ?? 'does not fit the schema'}`;
}
