package io.hearth.device.ascend.aclnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.ascend.cann.Part;
import io.hearth.device.ascend.cann.Symbols;
import org.junit.jupiter.api.Test;

class SymbolsOfOperatorsTest {
    @Test
    void theTableOfSymbolsHasEveryOperatorAndNoOther() {
        assertThat(Symbols.all().stream()
                        .filter(symbol -> symbol.part() == Part.OPERATORS)
                        .map(Symbols.Symbol::name))
                .containsExactlyInAnyOrderElementsOf(
                        BindingsTest.operators().map(Operator::name).toList());
    }
}
