/** Schema 5: what the weights of a programming were meant to be, where algorithms aim devices elsewhere than at a share of that. */

export const weightTargets = `
-- float32, little-endian: net conductance wanted of each weight of the tile's rectangle (S, signed: devices that count for the weight
-- less those against it), word line by word line; null in programmings of older versions, whose device targets add up to it.
-- target_siemens is what each device was aimed at in the end. Where it is not null, the checksum goes on over it.
ALTER TABLE programmings ADD COLUMN weight_targets BLOB;
`;
