//! How messages and records are declared: as structs and enums whose encoding follows from their shape.

/// Defines a struct whose encoding is its fields in order.
macro_rules! wire_struct {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $t:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $t,)* }

        impl $crate::wire::Wire for $name {
            fn write(&self, w: &mut $crate::wire::Writer) {
                let Self { $($field),* } = self;
                $($crate::wire::Wire::write($field, w);)*
            }
            fn read(r: &mut $crate::wire::Reader<'_>) -> Self {
                $(let $field = <$t as $crate::wire::Wire>::read(r);)*
                Self { $($field),* }
            }
        }
    };
}
pub(crate) use wire_struct;

/// Defines an enum whose encoding is a tag byte and at most one payload.
macro_rules! wire_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $(#[$fmeta:meta])* $ftag:literal => $first:ident $(($fpayload:ty))?,
        $($(#[$vmeta:meta])* $tag:literal => $variant:ident $(($payload:ty))?,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis enum $name {
            $(#[$fmeta])* $first $(($fpayload))?,
            $($(#[$vmeta])* $variant $(($payload))?,)*
        }

        impl $crate::wire::Wire for $name {
            fn write(&self, w: &mut $crate::wire::Writer) {
                match self {
                    $crate::wire::shape::variant_pattern!($name, $first, payload $(, $fpayload)?) => {
                        w.put(&[$ftag]);
                        $($crate::wire::shape::write_payload!(w, payload, $fpayload);)?
                    }
                    $($crate::wire::shape::variant_pattern!($name, $variant, payload $(, $payload)?) => {
                        w.put(&[$tag]);
                        $($crate::wire::shape::write_payload!(w, payload, $payload);)?
                    })*
                }
            }
            fn read(r: &mut $crate::wire::Reader<'_>) -> Self {
                let tag = <u8 as $crate::wire::Wire>::read(r);
                match tag {
                    $($tag => return $name::$variant $((<$payload as $crate::wire::Wire>::read(r)))?,)*
                    $ftag => {}
                    _ => r.fail(),
                }
                $name::$first $((<$fpayload as $crate::wire::Wire>::read(r)))?
            }
        }
    };
}
pub(crate) use wire_enum;

macro_rules! variant_pattern {
    ($name:ident, $variant:ident, $payload:ident) => {
        $name::$variant
    };
    ($name:ident, $variant:ident, $payload:ident, $t:ty) => {
        $name::$variant($payload)
    };
}
pub(crate) use variant_pattern;

macro_rules! write_payload {
    ($w:ident, $payload:ident, $t:ty) => {
        $crate::wire::Wire::write($payload, $w)
    };
}
pub(crate) use write_payload;
