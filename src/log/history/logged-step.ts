/** The part of a log entry that derived data need. */
export interface LoggedStep {
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  readonly type: string;
  readonly detail: Readonly<Record<string, LoggedValue>>;
}

type LoggedValue = string | number | boolean | null;

/** Returns the name of a replica in a detail or a command; null: the primary; undefined: not stated. */
export function replicaOf(value: LoggedValue | undefined): string | null | undefined {
  if (value === null || value === 'primary') return null;
  return typeof value === 'string' ? value : undefined;
}

/** Returns true for a count or size. */
export function isSize(value: LoggedValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Returns a count or size; 0 if invalid. */
export function numberOf(value: LoggedValue | undefined): number {
  return isSize(value) ? value : 0;
}

/** Returns a text; empty if it is not a text. */
export function textOf(value: LoggedValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
