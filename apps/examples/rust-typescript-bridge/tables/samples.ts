/** A value of a type. */
export interface Sample {
  readonly value: unknown;
  /** What comes back, where it is not the same: another form of the same value. */
  readonly back?: unknown;
  /** The function of napi alone that gives out such a value, where it does not take this one. */
  readonly plain?: string;
}

const id = "0193a1b2-7c00-7def-8123-456789abcdef";
const point = { xAxis: 1, yAxis: 2.5 };

/** Samples at the end of each range, so that what does not fit shows. */
export const samples: Readonly<Record<string, Sample>> = {
  echo_i8: { value: -128 },
  echo_i16: { value: -32_768 },
  echo_i32: { value: -2_147_483_648 },
  echo_i64: { value: 2n ** 63n - 1n, plain: "give_i64" },
  echo_i128: { value: -(2n ** 127n), plain: "give_i128" },
  echo_u8: { value: 255 },
  echo_u16: { value: 65_535 },
  echo_u32: { value: 4_294_967_295 },
  echo_u64: { value: 2n ** 64n - 1n, plain: "give_u64" },
  echo_u128: { value: 2n ** 128n - 1n, plain: "give_u128" },
  echo_f32: { value: 0.1, plain: "give_f32" },
  echo_f64: { value: 0.1 },
  echo_bool: { value: true },
  echo_char: { value: "ß" },
  echo_string: { value: "straße" },
  echo_vec: { value: [1, 2] },
  echo_hash_map: { value: { a: 1 } },
  echo_btree_map: { value: { a: 1 } },
  echo_enum_map: { value: { [id]: 1n } },
  echo_hash_set: { value: [1] },
  echo_btree_set: { value: ["a", "b"] },
  echo_option: { value: null },
  echo_tuple: { value: [1, "a"] },
  echo_array: { value: [1, 2, 3] },
  echo_bytes: { value: new Uint8Array([1, 255]) },
  echo_vec_u8: { value: new Uint8Array([1, 255]) },
  echo_millis: { value: 1500 },
  echo_unix_millis: { value: 1_769_860_800_000 },
  echo_date_time: { value: "2026-01-31T12:00:00.500Z" },
  echo_naive_date_time: { value: "2026-01-31T12:00:00" },
  echo_naive_date: { value: "2026-01-31" },
  echo_naive_time: { value: "12:00:00" },
  echo_uuid: { value: id },
  echo_url: { value: "https://example.com/" },
  echo_value: { value: { any: [1, null, "a"] } },
  echo_box: { value: point },
  echo_cow: { value: "a" },
  echo_struct: { value: point },
  echo_newtype: { value: 1.5 },
  echo_tuple_struct: { value: [1, "a"] },
  echo_enum: { value: "very-careful" },
  echo_data_enum: { value: { type: "circle", radius: 1 } },
  echo_generic: { value: { items: [point], next: null } },
};
