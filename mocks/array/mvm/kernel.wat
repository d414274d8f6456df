;; The inner loops of the emulated matrix-vector product: integer sums of products, then one conversion for each sum.
;;
;; Sums of int16 products are exact in any order and the float operations are elementwise IEEE 754 single precision without
;; fused multiply-add, so the same inputs give the same bytes on every machine. WebAssembly SIMD is 128 bits wide everywhere.
;;
;; Vectors come in fours and columns in panels of eight; the caller pads with zeros. kernel-memory.ts says where things lie.
(module
  (import "env" "memory" (memory 1))

  ;; codes: count int8, a multiple of 16 -> codes16: max(least, sign x code) as int16; squares16: the sums of floor(square / 4) over
  ;; four codes each, at most 14 bits.
  (func (export "widen")
    (param $codes i32) (param $count i32) (param $sign i32) (param $least i32) (param $codes16 i32) (param $squares16 i32)
    (local $end i32) (local $sign16 v128) (local $least16 v128) (local $low v128) (local $high v128)
    (local.set $sign16 (i16x8.splat (local.get $sign)))
    (local.set $least16 (i16x8.splat (local.get $least)))
    (local.set $end (i32.add (local.get $codes) (local.get $count)))
    (loop $more
      (local.set $low (i16x8.max_s (local.get $least16)
        (i16x8.mul (local.get $sign16) (v128.load8x8_s (local.get $codes)))))
      (local.set $high (i16x8.max_s (local.get $least16)
        (i16x8.mul (local.get $sign16) (v128.load8x8_s offset=8 (local.get $codes)))))
      (v128.store (local.get $codes16) (local.get $low))
      (v128.store offset=16 (local.get $codes16) (local.get $high))
      (local.set $low (i16x8.narrow_i32x4_s
        (i32x4.extadd_pairwise_i16x8_s (i16x8.shr_u (i16x8.mul (local.get $low) (local.get $low)) (i32.const 2)))
        (i32x4.extadd_pairwise_i16x8_s (i16x8.shr_u (i16x8.mul (local.get $high) (local.get $high)) (i32.const 2)))))
      (local.set $low (i32x4.extadd_pairwise_i16x8_s (local.get $low)))
      (v128.store64_lane 0 (local.get $squares16) (i16x8.narrow_i32x4_s (local.get $low) (local.get $low)))
      (local.set $codes (i32.add (local.get $codes) (i32.const 16)))
      (local.set $codes16 (i32.add (local.get $codes16) (i32.const 32)))
      (local.set $squares16 (i32.add (local.get $squares16) (i32.const 8)))
      (br_if $more (i32.lt_u (local.get $codes) (local.get $end)))))

  ;; Sums of the pulses of each vector, into its record: f32 sum of |code| over each block of rows from byte 16 on, and the sum of
  ;; squares16 over all rows at byte 12. The vectors lie one after the other.
  (func (export "pulses")
    (param $codes16 i32) (param $squares16 i32) (param $count i32) (param $blocks i32) (param $blockBytes i32)
    (param $vectors i32) (param $vectorBytes i32)
    (local $end i32) (local $block i32) (local $to i32) (local $sum v128) (local $squares v128)
    (loop $nextVector
      (local.set $block (local.get $blocks))
      (local.set $to (local.get $vectors))
      (local.set $squares (v128.const i32x4 0 0 0 0))
      (loop $nextBlock
        (local.set $end (i32.add (local.get $codes16) (local.get $blockBytes)))
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (loop $nextSixteen
          (local.set $sum (i32x4.add (local.get $sum) (i32x4.add
            (i32x4.extadd_pairwise_i16x8_s (i16x8.abs (v128.load (local.get $codes16))))
            (i32x4.extadd_pairwise_i16x8_s (i16x8.abs (v128.load offset=16 (local.get $codes16)))))))
          (local.set $squares (i32x4.add (local.get $squares)
            (i32x4.extadd_pairwise_i16x8_s (v128.load64_zero (local.get $squares16)))))
          (local.set $codes16 (i32.add (local.get $codes16) (i32.const 32)))
          (local.set $squares16 (i32.add (local.get $squares16) (i32.const 8)))
          (br_if $nextSixteen (i32.lt_u (local.get $codes16) (local.get $end))))
        (f32.store offset=16 (local.get $to) (f32.convert_i32_s (call $sumOfFour (local.get $sum))))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br_if $nextBlock (local.tee $block (i32.sub (local.get $block) (i32.const 1)))))
      (f32.store offset=12 (local.get $vectors) (f32.convert_i32_s (call $sumOfFour (local.get $squares))))
      (local.set $vectors (i32.add (local.get $vectors) (local.get $vectorBytes)))
      (br_if $nextVector (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  (func $sumOfFour (param $lanes v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
      (i32.add (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes)))))

  ;; Sums over each block of rows, for `fours` groups of four vectors and one panel of eight columns.
  ;; x: int16, row after row, vectors `stride` bytes apart. panel: int16, for each pair of rows eight columns of two rows. A block
  ;; has a multiple of four rows.
  ;; sums: int32, four vectors x eight columns, block after block, four after four.
  (func (export "products")
    (param $x i32) (param $stride i32) (param $fours i32) (param $panel i32)
    (param $blocks i32) (param $blockBytes i32) (param $sums i32)
    (local $x0 i32) (local $x1 i32) (local $x2 i32) (local $x3 i32) (local $pairs i32) (local $end i32) (local $block i32)
    (local $left v128) (local $right v128) (local $pair v128)
    (local $l0 v128) (local $l1 v128) (local $l2 v128) (local $l3 v128)
    (local $r0 v128) (local $r1 v128) (local $r2 v128) (local $r3 v128)
    (loop $nextFour
      (local.set $x0 (local.get $x))
      (local.set $x1 (i32.add (local.get $x0) (local.get $stride)))
      (local.set $x2 (i32.add (local.get $x1) (local.get $stride)))
      (local.set $x3 (i32.add (local.get $x2) (local.get $stride)))
      (local.set $x (i32.add (local.get $x3) (local.get $stride)))
      (local.set $pairs (local.get $panel))
      (local.set $block (local.get $blocks))
      (loop $nextBlock
        (local.set $l0 (v128.const i32x4 0 0 0 0))
        (local.set $l1 (v128.const i32x4 0 0 0 0))
        (local.set $l2 (v128.const i32x4 0 0 0 0))
        (local.set $l3 (v128.const i32x4 0 0 0 0))
        (local.set $r0 (v128.const i32x4 0 0 0 0))
        (local.set $r1 (v128.const i32x4 0 0 0 0))
        (local.set $r2 (v128.const i32x4 0 0 0 0))
        (local.set $r3 (v128.const i32x4 0 0 0 0))
        (local.set $end (i32.add (local.get $pairs) (local.get $blockBytes)))
        (loop $nextPairs ;; two pairs of rows a turn
          (local.set $left (v128.load (local.get $pairs)))
          (local.set $right (v128.load offset=16 (local.get $pairs)))
          (local.set $pair (v128.load32_splat (local.get $x0)))
          (local.set $l0 (i32x4.add (local.get $l0) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r0 (i32x4.add (local.get $r0) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $pair (v128.load32_splat (local.get $x1)))
          (local.set $l1 (i32x4.add (local.get $l1) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r1 (i32x4.add (local.get $r1) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $pair (v128.load32_splat (local.get $x2)))
          (local.set $l2 (i32x4.add (local.get $l2) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r2 (i32x4.add (local.get $r2) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $pair (v128.load32_splat (local.get $x3)))
          (local.set $l3 (i32x4.add (local.get $l3) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r3 (i32x4.add (local.get $r3) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $left (v128.load offset=32 (local.get $pairs)))
          (local.set $right (v128.load offset=48 (local.get $pairs)))
          (local.set $pair (v128.load32_splat offset=4 (local.get $x0)))
          (local.set $l0 (i32x4.add (local.get $l0) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r0 (i32x4.add (local.get $r0) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $pair (v128.load32_splat offset=4 (local.get $x1)))
          (local.set $l1 (i32x4.add (local.get $l1) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r1 (i32x4.add (local.get $r1) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $pair (v128.load32_splat offset=4 (local.get $x2)))
          (local.set $l2 (i32x4.add (local.get $l2) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r2 (i32x4.add (local.get $r2) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $pair (v128.load32_splat offset=4 (local.get $x3)))
          (local.set $l3 (i32x4.add (local.get $l3) (i32x4.dot_i16x8_s (local.get $left) (local.get $pair))))
          (local.set $r3 (i32x4.add (local.get $r3) (i32x4.dot_i16x8_s (local.get $right) (local.get $pair))))
          (local.set $x0 (i32.add (local.get $x0) (i32.const 8)))
          (local.set $x1 (i32.add (local.get $x1) (i32.const 8)))
          (local.set $x2 (i32.add (local.get $x2) (i32.const 8)))
          (local.set $x3 (i32.add (local.get $x3) (i32.const 8)))
          (local.set $pairs (i32.add (local.get $pairs) (i32.const 64)))
          (br_if $nextPairs (i32.lt_u (local.get $pairs) (local.get $end))))
        (v128.store (local.get $sums) (local.get $l0))
        (v128.store offset=16 (local.get $sums) (local.get $r0))
        (v128.store offset=32 (local.get $sums) (local.get $l1))
        (v128.store offset=48 (local.get $sums) (local.get $r1))
        (v128.store offset=64 (local.get $sums) (local.get $l2))
        (v128.store offset=80 (local.get $sums) (local.get $r2))
        (v128.store offset=96 (local.get $sums) (local.get $l3))
        (v128.store offset=112 (local.get $sums) (local.get $r3))
        (local.set $sums (i32.add (local.get $sums) (i32.const 128)))
        (br_if $nextBlock (local.tee $block (i32.sub (local.get $block) (i32.const 1)))))
      (br_if $nextFour (local.tee $fours (i32.sub (local.get $fours) (i32.const 1))))))

  ;; The number of -1 among `count` int16, a multiple of 8.
  (func (export "countSet") (param $flags i32) (param $count i32) (result i32)
    (local $end i32) (local $sum v128)
    (local.set $end (i32.add (local.get $flags) (i32.shl (local.get $count) (i32.const 1))))
    (loop $more
      (local.set $sum (i32x4.sub (local.get $sum) (i32x4.extadd_pairwise_i16x8_s (v128.load (local.get $flags)))))
      (local.set $flags (i32.add (local.get $flags) (i32.const 16)))
      (br_if $more (i32.lt_u (local.get $flags) (local.get $end))))
    (call $sumOfFour (local.get $sum)))

  ;; One conversion for each vector of `fours` groups of four and each column of a panel.
  ;;
  ;; netSums, varianceSums: what `products` left. vectors: a record of `vectorBytes` each: i32 key, f32 noise factor (codes^2 per
  ;; unit of varianceSums), f32 load per unit of a pulse, f32 of `pulses`, then f32 sum of the pulses of each block of rows. columns: 8 f32 gains, 8 f32 offsets, 8 i32
  ;; keys, then 8 f32 mean loads of each block. normals: 4096 f32. outputs: int16, vectors `outputStride` bytes apart, to which
  ;; the code times `term` is added; saturated: the same shape, set to -1 where the code is the largest of either sign.
  ;;
  ;; IR drop, with blocks counted from the converter: the current of block b is divided by 1 + x_b, where x_b grows from block to
  ;; block by the loads that lie beyond. ir-drop.ts derives it.
  (func (export "convert")
    (param $netSums i32) (param $varianceSums i32) (param $fours i32) (param $blocks i32)
    (param $vectors i32) (param $vectorBytes i32) (param $columns i32) (param $normals i32)
    (param $outputs i32) (param $saturated i32) (param $outputStride i32) (param $term i32)
    (param $codesPerSum f32) (param $nearWeight f32) (param $ownShare f32)
    (param $conversionVariance f32) (param $largestCode f32)
    (local $inFour i32) (local $half i32) (local $part i32) (local $at i32) (local $out i32)
    (local $sum i32) (local $far i32) (local $load i32) (local $columnLoad i32)
    (local $net v128) (local $blockLoad v128) (local $pulses v128)
    (local $net0 v128) (local $beyond0 v128) (local $drop0 v128) (local $net1 v128) (local $beyond1 v128) (local $drop1 v128)
    (local $variance v128) (local $hash v128) (local $normal v128) (local $share v128)
    (loop $nextFour
      (local.set $inFour (i32.const 0))
      (loop $nextVector
        (local.set $net0 (v128.const f32x4 0 0 0 0))
        (local.set $net1 (v128.const f32x4 0 0 0 0))
        (local.set $beyond0 (v128.const f32x4 0 0 0 0))
        (local.set $beyond1 (v128.const f32x4 0 0 0 0))
        (local.set $part (i32.shl (local.get $inFour) (i32.const 5)))
        (local.set $sum (i32.add (local.get $netSums) (local.get $part)))
        (local.set $far (i32.add (local.get $sum) (i32.shl (local.get $blocks) (i32.const 7))))
        (local.set $share (v128.load32_splat offset=8 (local.get $vectors)))
        (local.set $load (i32.add (local.get $vectors) (i32.shl (local.get $blocks) (i32.const 2))))
        (local.set $columnLoad (i32.add (local.get $columns) (i32.shl (local.get $blocks) (i32.const 5))))
        (loop $nextLoad ;; from the far end towards the converter
          (local.set $load (i32.sub (local.get $load) (i32.const 4)))
          (local.set $columnLoad (i32.sub (local.get $columnLoad) (i32.const 32)))
          (local.set $pulses (v128.load32_splat offset=16 (local.get $load)))
          (local.set $beyond0 (f32x4.add (local.get $beyond0)
            (f32x4.mul (v128.load offset=96 (local.get $columnLoad)) (local.get $pulses))))
          (local.set $beyond1 (f32x4.add (local.get $beyond1)
            (f32x4.mul (v128.load offset=112 (local.get $columnLoad)) (local.get $pulses))))
          (br_if $nextLoad (i32.gt_u (local.get $load) (local.get $vectors))))
        (local.set $drop0 (f32x4.mul (local.get $beyond0) (f32x4.splat (local.get $nearWeight))))
        (local.set $drop1 (f32x4.mul (local.get $beyond1) (f32x4.splat (local.get $nearWeight))))
        (loop $nextBlock ;; and back
          (local.set $pulses (v128.load32_splat offset=16 (local.get $load)))
          (local.set $blockLoad (f32x4.mul (v128.load offset=96 (local.get $columnLoad)) (local.get $pulses)))
          (local.set $net0 (f32x4.add (local.get $net0) (f32x4.div
            (f32x4.convert_i32x4_s (v128.load (local.get $sum)))
            (f32x4.add (v128.const f32x4 1 1 1 1) (f32x4.mul (local.get $share) (f32x4.sub
              (local.get $drop0) (f32x4.mul (local.get $blockLoad) (f32x4.splat (local.get $ownShare)))))))))
          (local.set $beyond0 (f32x4.sub (local.get $beyond0) (local.get $blockLoad)))
          (local.set $drop0 (f32x4.add (local.get $drop0) (local.get $beyond0)))
          (local.set $blockLoad (f32x4.mul (v128.load offset=112 (local.get $columnLoad)) (local.get $pulses)))
          (local.set $net1 (f32x4.add (local.get $net1) (f32x4.div
            (f32x4.convert_i32x4_s (v128.load offset=16 (local.get $sum)))
            (f32x4.add (v128.const f32x4 1 1 1 1) (f32x4.mul (local.get $share) (f32x4.sub
              (local.get $drop1) (f32x4.mul (local.get $blockLoad) (f32x4.splat (local.get $ownShare)))))))))
          (local.set $beyond1 (f32x4.sub (local.get $beyond1) (local.get $blockLoad)))
          (local.set $drop1 (f32x4.add (local.get $drop1) (local.get $beyond1)))
          (local.set $load (i32.add (local.get $load) (i32.const 4)))
          (local.set $columnLoad (i32.add (local.get $columnLoad) (i32.const 32)))
          (br_if $nextBlock (i32.lt_u (local.tee $sum (i32.add (local.get $sum) (i32.const 128))) (local.get $far))))
        (local.set $half (i32.const 0))
        (loop $nextHalf
          (local.set $variance (f32x4.convert_i32x4_s (v128.load
            (i32.add (i32.add (local.get $varianceSums) (local.get $part)) (local.get $half)))))
          (local.set $net (select (local.get $net1) (local.get $net0) (local.get $half)))
          (local.set $net (f32x4.mul (local.get $net) (f32x4.splat (local.get $codesPerSum))))
          ;; The key of a draw is column key xor vector key; then `mixTop` and `normalTable` of keyed-normal.ts.
          (local.set $at (i32.add (local.get $columns) (local.get $half)))
          (local.set $hash (v128.xor (v128.load offset=64 (local.get $at)) (v128.load32_splat (local.get $vectors))))
          (local.set $hash (i32x4.mul (i32x4.splat (i32.const 0x85ebca6b))
            (v128.xor (local.get $hash) (i32x4.shr_u (local.get $hash) (i32.const 16)))))
          (local.set $hash (i32x4.mul (i32x4.splat (i32.const 0xc2b2ae35))
            (v128.xor (local.get $hash) (i32x4.shr_u (local.get $hash) (i32.const 13)))))
          ;; Four times the top twelve bits: an offset into the table.
          (local.set $hash (i32x4.shl (i32x4.shr_u (local.get $hash) (i32.const 20)) (i32.const 2)))
          (local.set $normal (v128.load32_zero (i32.add (local.get $normals) (i32x4.extract_lane 0 (local.get $hash)))))
          (local.set $normal (v128.load32_lane 1
            (i32.add (local.get $normals) (i32x4.extract_lane 1 (local.get $hash))) (local.get $normal)))
          (local.set $normal (v128.load32_lane 2
            (i32.add (local.get $normals) (i32x4.extract_lane 2 (local.get $hash))) (local.get $normal)))
          (local.set $normal (v128.load32_lane 3
            (i32.add (local.get $normals) (i32x4.extract_lane 3 (local.get $hash))) (local.get $normal)))
          (local.set $net (f32x4.add (local.get $net) (f32x4.mul (local.get $normal)
            (f32x4.sqrt (f32x4.add (f32x4.splat (local.get $conversionVariance))
              (f32x4.mul (local.get $variance) (v128.load32_splat offset=4 (local.get $vectors))))))))
          (local.set $net (f32x4.nearest (f32x4.add
            (f32x4.mul (local.get $net) (v128.load (local.get $at))) (v128.load offset=32 (local.get $at)))))
          (local.set $net (i32x4.trunc_sat_f32x4_s
            (f32x4.max (f32x4.min (local.get $net) (f32x4.splat (local.get $largestCode)))
              (f32x4.splat (f32.neg (local.get $largestCode))))))
          (local.set $net (i16x8.narrow_i32x4_s (local.get $net) (local.get $net)))
          (local.set $out (i32.add (local.get $outputs) (i32.shr_u (local.get $half) (i32.const 1))))
          (v128.store64_lane 0 (local.get $out)
            (i16x8.add (v128.load64_zero (local.get $out))
              (i16x8.mul (local.get $net) (i16x8.splat (local.get $term)))))
          (local.set $out (i32.add (local.get $saturated) (i32.shr_u (local.get $half) (i32.const 1))))
          (v128.store64_lane 0 (local.get $out)
            (v128.or (v128.load64_zero (local.get $out))
              (i16x8.ge_s (i16x8.abs (local.get $net))
                (i16x8.splat (i32.trunc_f32_s (local.get $largestCode))))))
          (br_if $nextHalf (i32.lt_u (local.tee $half (i32.add (local.get $half) (i32.const 16))) (i32.const 32))))
        (local.set $vectors (i32.add (local.get $vectors) (local.get $vectorBytes)))
        (local.set $outputs (i32.add (local.get $outputs) (local.get $outputStride)))
        (local.set $saturated (i32.add (local.get $saturated) (local.get $outputStride)))
        (br_if $nextVector (i32.lt_u (local.tee $inFour (i32.add (local.get $inFour) (i32.const 1))) (i32.const 4))))
      (local.set $netSums (i32.add (local.get $netSums) (i32.shl (local.get $blocks) (i32.const 7))))
      (local.set $varianceSums (i32.add (local.get $varianceSums) (i32.const 128)))
      (br_if $nextFour (local.tee $fours (i32.sub (local.get $fours) (i32.const 1))))))
)
