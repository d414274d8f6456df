;; The inner loops of a reading: keys of draws, 1/f noise, front-end noise, converter; four cells at a time.
;;
;; Integer hashes and elementwise IEEE 754 double precision without fused multiply-add, so the same inputs give the same bytes on
;; every machine. WebAssembly SIMD is 128 bits wide everywhere.
;;
;; `count` is a multiple of four; the caller pads. memory.ts says where things lie. i32: cells, pulses, keys, white keys, sums,
;; saturated; f64: the others.
(module
  (import "env" "memory" (memory 1))

  ;; The finaliser of MurmurHash3, and without its last step, which leaves the upper 16 bits as they are.
  (func $mix (param $hash v128) (result v128)
    (local.set $hash (call $mixTop (local.get $hash)))
    (v128.xor (local.get $hash) (i32x4.shr_u (local.get $hash) (i32.const 16))))

  (func $mixTop (param $hash v128) (result v128)
    (local.set $hash (i32x4.mul (i32x4.splat (i32.const 0x85ebca6b))
      (v128.xor (local.get $hash) (i32x4.shr_u (local.get $hash) (i32.const 16)))))
    (i32x4.mul (i32x4.splat (i32.const 0xc2b2ae35))
      (v128.xor (local.get $hash) (i32x4.shr_u (local.get $hash) (i32.const 13)))))

  ;; cells, pulses -> keys of the last pulses: mix(mix(seed ^ cell) + pulses x golden).
  (func (export "pulseKeys")
    (param $cells i32) (param $pulses i32) (param $count i32) (param $seed i32) (param $keys i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $cells) (i32.shl (local.get $count) (i32.const 2))))
    (loop $nextFour
      (v128.store (local.get $keys) (call $mix
        (i32x4.add
          (call $mix (v128.xor (i32x4.splat (local.get $seed)) (v128.load (local.get $cells))))
          (i32x4.mul (i32x4.splat (i32.const 0x9e3779b9)) (v128.load (local.get $pulses))))))
      (local.set $cells (i32.add (local.get $cells) (i32.const 16)))
      (local.set $pulses (i32.add (local.get $pulses) (i32.const 16)))
      (local.set $keys (i32.add (local.get $keys) (i32.const 16)))
      (br_if $nextFour (i32.lt_u (local.get $cells) (local.get $end)))))

  ;; keys -> renewal rates of the fastest component: shift of the comb / fastest. `comb` is what the draw of the comb adds to a key.
  (func (export "combRates")
    (param $keys i32) (param $count i32) (param $comb i32) (param $shifts i32) (param $fastestSeconds f64) (param $rates i32)
    (local $end i32) (local $hash v128) (local $pair v128) (local $fastest v128)
    (local.set $fastest (f64x2.splat (local.get $fastestSeconds)))
    (local.set $end (i32.add (local.get $keys) (i32.shl (local.get $count) (i32.const 2))))
    (loop $nextFour
      (local.set $hash (call $mixTop (i32x4.add (v128.load (local.get $keys)) (i32x4.splat (local.get $comb)))))
      (local.set $hash (i32x4.shl (i32x4.shr_u (local.get $hash) (i32.const 22)) (i32.const 3)))
      (local.set $pair (v128.load64_zero (i32.add (local.get $shifts) (i32x4.extract_lane 0 (local.get $hash)))))
      (local.set $pair (v128.load64_lane 1
        (i32.add (local.get $shifts) (i32x4.extract_lane 1 (local.get $hash))) (local.get $pair)))
      (v128.store (local.get $rates) (f64x2.div (local.get $pair) (local.get $fastest)))
      (local.set $pair (v128.load64_zero (i32.add (local.get $shifts) (i32x4.extract_lane 2 (local.get $hash)))))
      (local.set $pair (v128.load64_lane 1
        (i32.add (local.get $shifts) (i32x4.extract_lane 3 (local.get $hash))) (local.get $pair)))
      (v128.store offset=16 (local.get $rates) (f64x2.div (local.get $pair) (local.get $fastest)))
      (local.set $keys (i32.add (local.get $keys) (i32.const 16)))
      (local.set $rates (i32.add (local.get $rates) (i32.const 32)))
      (br_if $nextFour (i32.lt_u (local.get $keys) (local.get $end)))))

  ;; keys -> white keys: mix(key ^ low word of the time ^ high word x golden), cell n at start + n x step seconds.
  (func (export "whiteKeys")
    (param $keys i32) (param $count i32) (param $start f64) (param $step f64) (param $whiteKeys i32)
    (local $end i32) (local $n v128) (local $time0 v128) (local $time1 v128)
    (local.set $n (v128.const f64x2 0 1))
    (local.set $end (i32.add (local.get $keys) (i32.shl (local.get $count) (i32.const 2))))
    (loop $nextFour
      (local.set $time0 (f64x2.add (f64x2.splat (local.get $start))
        (f64x2.mul (local.get $n) (f64x2.splat (local.get $step)))))
      (local.set $n (f64x2.add (local.get $n) (v128.const f64x2 2 2)))
      (local.set $time1 (f64x2.add (f64x2.splat (local.get $start))
        (f64x2.mul (local.get $n) (f64x2.splat (local.get $step)))))
      (local.set $n (f64x2.add (local.get $n) (v128.const f64x2 2 2)))
      (v128.store (local.get $whiteKeys) (call $mix (v128.xor (v128.load (local.get $keys)) (v128.xor
        (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $time0) (local.get $time1))
        (i32x4.mul (i32x4.splat (i32.const 0x9e3779b9))
          (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $time0) (local.get $time1)))))))
      (local.set $keys (i32.add (local.get $keys) (i32.const 16)))
      (local.set $whiteKeys (i32.add (local.get $whiteKeys) (i32.const 16)))
      (br_if $nextFour (i32.lt_u (local.get $keys) (local.get $end)))))

  ;; The 1/f noise of mocks/device/read-noise.ts, `components` of it from the one whose salt is added to the keys and whose share of
  ;; the fastest rate is `decade`; sums of normals, without their amplitude. Ages count from `later` seconds on.
  (func (export "flicker")
    (param $keys i32) (param $ages i32) (param $rates i32) (param $count i32) (param $later f64)
    (param $salts i32) (param $decade f64) (param $components i32) (param $normals i32) (param $sums i32)
    (local $end i32) (local $left i32)
    (local $salt v128) (local $hash v128) (local $normal v128) (local $on0 v128) (local $on1 v128)
    (local $turns0 v128) (local $turns1 v128) (local $interval0 v128) (local $interval1 v128) (local $sum0 v128) (local $sum1 v128)
    (local.set $end (i32.add (local.get $keys) (i32.shl (local.get $count) (i32.const 2))))
    (loop $nextFour
      (local.set $salt (i32x4.add (v128.load (local.get $keys)) (i32x4.splat (local.get $salts))))
      (local.set $turns0 (f64x2.mul (f64x2.splat (local.get $decade)) (f64x2.mul
        (f64x2.add (v128.load (local.get $ages)) (f64x2.splat (local.get $later))) (v128.load (local.get $rates)))))
      (local.set $turns1 (f64x2.mul (f64x2.splat (local.get $decade)) (f64x2.mul
        (f64x2.add (v128.load offset=16 (local.get $ages)) (f64x2.splat (local.get $later)))
        (v128.load offset=16 (local.get $rates)))))
      (local.set $sum0 (v128.const f64x2 0 0))
      (local.set $sum1 (v128.const f64x2 0 0))
      (local.set $left (local.get $components))
      (loop $nextComponent
        (local.set $interval0 (f64x2.add (local.get $turns0)
          (f64x2.mul (f64x2.convert_low_i32x4_u (local.get $salt)) (v128.const f64x2 0x1p-32 0x1p-32))))
        (local.set $interval1 (f64x2.add (local.get $turns1)
          (f64x2.mul
            (f64x2.convert_low_i32x4_u
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $salt) (local.get $salt)))
            (v128.const f64x2 0x1p-32 0x1p-32))))
        (local.set $on0 (v128.and
          (f64x2.ge (local.get $interval0) (v128.const f64x2 1 1)) (f64x2.gt (local.get $turns0) (v128.const f64x2 0.01 0.01))))
        (local.set $on1 (v128.and
          (f64x2.ge (local.get $interval1) (v128.const f64x2 1 1)) (f64x2.gt (local.get $turns1) (v128.const f64x2 0.01 0.01))))
        ;; 2^52 + n has the low 32 bits of n, which make the key of the interval.
        (local.set $hash (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27
          (f64x2.add (f64x2.floor (local.get $interval0)) (v128.const f64x2 0x1p52 0x1p52))
          (f64x2.add (f64x2.floor (local.get $interval1)) (v128.const f64x2 0x1p52 0x1p52))))
        (local.set $hash (v128.xor (local.get $salt)
          (i32x4.mul (local.get $hash) (i32x4.splat (i32.const 0x27d4eb2f)))))
        (local.set $hash (i32x4.mul (i32x4.splat (i32.const 0x85ebca6b))
          (v128.xor (local.get $hash) (i32x4.shr_u (local.get $hash) (i32.const 16)))))
        (local.set $hash (i32x4.mul (i32x4.splat (i32.const 0xc2b2ae35))
          (v128.xor (local.get $hash) (i32x4.shr_u (local.get $hash) (i32.const 13)))))
        (local.set $hash (i32x4.shl (i32x4.shr_u (local.get $hash) (i32.const 20)) (i32.const 2)))
        (local.set $normal (v128.load32_zero (i32.add (local.get $normals) (i32x4.extract_lane 0 (local.get $hash)))))
        (local.set $normal (v128.load32_lane 1
          (i32.add (local.get $normals) (i32x4.extract_lane 1 (local.get $hash))) (local.get $normal)))
        (local.set $sum0 (f64x2.add (local.get $sum0)
          (v128.and (local.get $on0) (f64x2.promote_low_f32x4 (local.get $normal)))))
        (local.set $normal (v128.load32_zero (i32.add (local.get $normals) (i32x4.extract_lane 2 (local.get $hash)))))
        (local.set $normal (v128.load32_lane 1
          (i32.add (local.get $normals) (i32x4.extract_lane 3 (local.get $hash))) (local.get $normal)))
        (local.set $sum1 (f64x2.add (local.get $sum1)
          (v128.and (local.get $on1) (f64x2.promote_low_f32x4 (local.get $normal)))))
        (local.set $turns0 (f64x2.mul (local.get $turns0) (v128.const f64x2 0.1 0.1)))
        (local.set $turns1 (f64x2.mul (local.get $turns1) (v128.const f64x2 0.1 0.1)))
        (local.set $salt (i32x4.add (local.get $salt) (i32x4.splat (i32.const 0x9e3779b9))))
        (br_if $nextComponent (i32.and
          (i32.ne (local.tee $left (i32.sub (local.get $left) (i32.const 1))) (i32.const 0))
          (v128.any_true (v128.or
            (f64x2.gt (local.get $turns0) (v128.const f64x2 0.01 0.01))
            (f64x2.gt (local.get $turns1) (v128.const f64x2 0.01 0.01)))))))
      (v128.store (local.get $sums) (local.get $sum0))
      (v128.store offset=16 (local.get $sums) (local.get $sum1))
      (local.set $keys (i32.add (local.get $keys) (i32.const 16)))
      (local.set $ages (i32.add (local.get $ages) (i32.const 32)))
      (local.set $rates (i32.add (local.get $rates) (i32.const 32)))
      (local.set $sums (i32.add (local.get $sums) (i32.const 32)))
      (br_if $nextFour (i32.lt_u (local.get $keys) (local.get $end)))))

  ;; codes + noise x (amplitude x sums) -> codes.
  (func (export "addNoise")
    (param $codes i32) (param $noise i32) (param $sums i32) (param $count i32) (param $amplitude f64)
    (local $end i32)
    (local.set $end (i32.add (local.get $codes) (i32.shl (local.get $count) (i32.const 3))))
    (loop $nextTwo
      (v128.store (local.get $codes) (f64x2.add (v128.load (local.get $codes))
        (f64x2.mul (v128.load (local.get $noise))
          (f64x2.mul (f64x2.splat (local.get $amplitude)) (v128.load (local.get $sums))))))
      (local.set $codes (i32.add (local.get $codes) (i32.const 16)))
      (local.set $noise (i32.add (local.get $noise) (i32.const 16)))
      (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
      (br_if $nextTwo (i32.lt_u (local.get $codes) (local.get $end)))))

  ;; One conversion of each cell: max(0, codes + noise x (amplitude x moving)) + white x normal + (offset + 1/2), cut to whole codes
  ;; from 0 to the largest, is added to the sums; saturated becomes -1 where it is the largest. `draw` is what it adds to a white key.
  (func (export "convert")
    (param $whiteKeys i32) (param $codes i32) (param $noise i32) (param $moving i32) (param $offsets i32) (param $count i32)
    (param $amplitude f64) (param $white f64) (param $largest f64) (param $draw i32) (param $normals i32)
    (param $sums i32) (param $saturated i32)
    (local $end i32) (local $hash v128) (local $normal v128) (local $codes0 v128) (local $codes1 v128) (local $top v128)
    (local.set $top (f64x2.splat (local.get $largest)))
    (local.set $end (i32.add (local.get $whiteKeys) (i32.shl (local.get $count) (i32.const 2))))
    (loop $nextFour
      (local.set $hash (call $mixTop
        (i32x4.add (v128.load (local.get $whiteKeys)) (i32x4.splat (local.get $draw)))))
      (local.set $hash (i32x4.shl (i32x4.shr_u (local.get $hash) (i32.const 20)) (i32.const 2)))
      (local.set $normal (v128.load32_zero (i32.add (local.get $normals) (i32x4.extract_lane 0 (local.get $hash)))))
      (local.set $normal (v128.load32_lane 1
        (i32.add (local.get $normals) (i32x4.extract_lane 1 (local.get $hash))) (local.get $normal)))
      (local.set $codes0 (f64x2.add
        (f64x2.add
          (f64x2.max (v128.const f64x2 0 0)
            (f64x2.add (v128.load (local.get $codes)) (f64x2.mul (v128.load (local.get $noise))
              (f64x2.mul (f64x2.splat (local.get $amplitude)) (v128.load (local.get $moving))))))
          (f64x2.mul (f64x2.splat (local.get $white)) (f64x2.promote_low_f32x4 (local.get $normal))))
        (f64x2.add (v128.load (local.get $offsets)) (v128.const f64x2 0.5 0.5))))
      (local.set $normal (v128.load32_zero (i32.add (local.get $normals) (i32x4.extract_lane 2 (local.get $hash)))))
      (local.set $normal (v128.load32_lane 1
        (i32.add (local.get $normals) (i32x4.extract_lane 3 (local.get $hash))) (local.get $normal)))
      (local.set $codes1 (f64x2.add
        (f64x2.add
          (f64x2.max (v128.const f64x2 0 0)
            (f64x2.add (v128.load offset=16 (local.get $codes)) (f64x2.mul (v128.load offset=16 (local.get $noise))
              (f64x2.mul (f64x2.splat (local.get $amplitude)) (v128.load offset=16 (local.get $moving))))))
          (f64x2.mul (f64x2.splat (local.get $white)) (f64x2.promote_low_f32x4 (local.get $normal))))
        (f64x2.add (v128.load offset=16 (local.get $offsets)) (v128.const f64x2 0.5 0.5))))
      (v128.store (local.get $saturated) (v128.or (v128.load (local.get $saturated))
        (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27
          (f64x2.ge (local.get $codes0) (local.get $top)) (f64x2.ge (local.get $codes1) (local.get $top)))))
      (v128.store (local.get $sums) (i32x4.add (v128.load (local.get $sums))
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
          (i32x4.trunc_sat_f64x2_u_zero (f64x2.min (local.get $codes0) (local.get $top)))
          (i32x4.trunc_sat_f64x2_u_zero (f64x2.min (local.get $codes1) (local.get $top))))))
      (local.set $whiteKeys (i32.add (local.get $whiteKeys) (i32.const 16)))
      (local.set $codes (i32.add (local.get $codes) (i32.const 32)))
      (local.set $noise (i32.add (local.get $noise) (i32.const 32)))
      (local.set $moving (i32.add (local.get $moving) (i32.const 32)))
      (local.set $offsets (i32.add (local.get $offsets) (i32.const 32)))
      (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
      (local.set $saturated (i32.add (local.get $saturated) (i32.const 16)))
      (br_if $nextFour (i32.lt_u (local.get $whiteKeys) (local.get $end))))))
