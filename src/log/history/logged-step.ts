/** One entry of the log, as far as what is made from the log reads it. */
export interface LoggedStep {
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  readonly type: string;
  readonly detail: Readonly<Record<string, LoggedValue>>;
}

type LoggedValue = string | number | boolean | null;

/** Null is the primary, in its detail or by the name that commands give it; undefined: the entry does not say. */
export function replicaOf(value: LoggedValue | undefined): string | null | undefined {
  if (value === null || value === 'primary') return null;
  return typeof value === 'string' ? value : undefined;
}

/** True for a count or size. */
export function isSize(value: LoggedValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A count or size; 0 where it is none. */
export function numberOf(value: LoggedValue | undefined): number {
  return isSize(value) ? value : 0;
}

/** A text; empty where it is none. */
export function textOf(value: LoggedValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
