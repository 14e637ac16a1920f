import { hashOf, type PageState, stateOf } from '../base/state.ts';
import { type Preset, presetOf, presets, rangeOfPreset } from './presets.ts';

/** A search that somebody keeps under a name, in this browser. */
export interface SavedSearch {
  readonly name: string;
  /** Its address behind `#`. */
  readonly address: string;
  /** Its days are counted from the day on which it is opened. Absent: they are those of the address. */
  readonly preset?: Preset;
}

/** Searches of one archive that are kept. */
const mostSaved = 50;
/** Characters of a name. */
export const nameChars = 60;

/** What is kept for an archive; what is there and is none is left out: somebody else may have written it. */
export function savedIn(text: string | null): readonly SavedSearch[] {
  let read: unknown = null;
  try {
    read = JSON.parse(text ?? '[]');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const list: readonly unknown[] = Array.isArray(read) ? read : [];
  return list.slice(0, mostSaved).flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const { name, address, preset } = one as Partial<Record<keyof SavedSearch, unknown>>; // members unknown
    if (typeof name !== 'string' || name === '' || name.length > nameChars || typeof address !== 'string' || !address.startsWith('#')) return [];
    const known = presets.find((each) => each === preset);
    return [{ name, address, ...(known === undefined ? {} : { preset: known }) }];
  });
}

/** With one more, by name; one of the same name is replaced. */
export function withSaved(list: readonly SavedSearch[], one: SavedSearch): readonly SavedSearch[] {
  return [...list.filter(({ name }) => name !== one.name), one].sort((a, b) => a.name.localeCompare(b.name)).slice(0, mostSaved);
}

/** What is kept of a state: not the call that is open. */
export function saving(name: string, state: PageState, zone: string, today: string): SavedSearch {
  const preset = presetOf(state.query, today);
  return { name: name.slice(0, nameChars), address: hashOf({ ...state, zone, call: null, cases: null }), ...(preset === null ? {} : { preset }) };
}

/** The state that a kept search opens, with its days as of today. */
export function opening({ address, preset }: SavedSearch, dayIn: (zone: string | null) => string): PageState {
  const state = stateOf(address);
  return preset === undefined ? state : { ...state, query: { ...state.query, ...rangeOfPreset(preset, dayIn(state.zone)) } };
}
