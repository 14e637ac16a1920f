/** Entered before longplay.json of an open archive says that it is being sealed, and once all of it is sealed. */
export const sealingBegun = 'sealing-begun';
export const sealingFinished = 'sealing-finished';
/** Entered before private details of entries are replaced by sealed ones. */
export const detailsSealed = 'details-sealed';
