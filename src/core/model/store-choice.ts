/** How the user chose an object store. Everything else follows from the environment and the files of the AWS tools. Holds no secrets. */
export interface StoreChoice {
  /** URL of the store; absent: that of the environment or the profile, else that of AWS. */
  readonly endpoint?: string;
  /** Name of the region; absent: that of the environment or the profile. */
  readonly region?: string;
  /** Name of the profile in the files of the AWS tools; absent: that of the environment, else `default`. */
  readonly profile?: string;
}
