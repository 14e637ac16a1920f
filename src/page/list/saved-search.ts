import { hashOf, type PageState, stateOf } from '../base/state.ts';
import { type Preset, presetOf, presets, rangeOfPreset } from './presets.ts';

/** A search saved under a name in this browser. */
export interface SavedSearch {
  readonly name: string;
  /** The part of its address behind `#`. */
  readonly address: string;
  /** Preset range that is evaluated when the search is opened. Absent: the days of the address apply. */
  readonly preset?: Preset;
}

/** Largest number of saved searches per archive. */
const mostSaved = 50;
/** Longest name. */
export const nameChars = 60;

/** Parses the saved searches of an archive. Drops invalid ones, which may come from other software. */
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

/** Adds a search; replaces one of the same name. */
export function withSaved(list: readonly SavedSearch[], one: SavedSearch): readonly SavedSearch[] {
  return [...list.filter(({ name }) => name !== one.name), one].sort((a, b) => a.name.localeCompare(b.name)).slice(0, mostSaved);
}

/** Returns the saved search for a state, without the open call. */
export function saving(name: string, state: PageState, zone: string, today: string): SavedSearch {
  const preset = presetOf(state.query, today);
  return { name: name.slice(0, nameChars), address: hashOf({ ...state, zone, call: null, cases: null }), ...(preset === null ? {} : { preset }) };
}

/** Returns the state that a saved search opens, with its preset evaluated today. */
export function opening({ address, preset }: SavedSearch, dayIn: (zone: string | null) => string): PageState {
  const state = stateOf(address);
  return preset === undefined ? state : { ...state, query: { ...state.query, ...rangeOfPreset(preset, dayIn(state.zone)) } };
}
