package io.hearth.device.ascend.aclnn.bindings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an operator's first phase is given, in short: {@code cT} and {@code T} for tensors (const or not), {@code cTL} and
 * {@code TL} for lists of tensors, {@code cS} for a scalar, {@code cIA} for an array of integers, {@code dt} for a data type,
 * {@code i64}, {@code u64}, {@code int}, {@code i8}, {@code double}, {@code float}, {@code bool} (one byte) and {@code char*}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Signature {
    String value();
}
