package io.hearth.ui.system;

import com.vaadin.flow.component.AbstractField;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasValidation;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.radiobutton.RadioButtonGroup;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fields for the settings of the network: they begin with what is set, and say beside each what is wrong with it. */
public final class NetworkFormPanel extends Div {
    private static final String DHCP = "dhcp";
    private static final String BY_HAND = "static";

    private final RadioButtonGroup<String> method = new RadioButtonGroup<>();
    private final ComboBox<String> interfaceName = new ComboBox<>();
    private final TextField addresses = field("addresses");
    private final TextField gateway = field("gateway");
    private final TextField dns = field("dns");
    private final TextField vlan = field("vlan");
    private final TextField bond = field("bond");
    private final Select<String> mode = new Select<>();
    private final Details more = new Details();
    private final Map<String, Component> fields = new LinkedHashMap<>();
    private transient MachineFacts.@Nullable Network known;

    public NetworkFormPanel() {
        addClassName("hearth-stack");
        method.setId("network-method");
        method.setItems(DHCP, BY_HAND);
        method.setValue(DHCP);
        method.addValueChangeListener(changed -> chosen(changed.isFromClient()));
        interfaceName.setId("network-interface");
        interfaceName.setAllowCustomValue(true);
        interfaceName.setClearButtonVisible(true);
        interfaceName.addCustomValueSetListener(typed -> interfaceName.setValue(typed.getDetail()));
        mode.setId("network-mode");
        mode.setItems("active-backup", "802.3ad");
        mode.setEmptySelectionAllowed(true);
        Div usual = new Div(interfaceName, addresses, gateway, dns);
        usual.addClassName("hearth-columns");
        Div unusual = new Div(vlan, bond, mode);
        unusual.addClassName("hearth-columns");
        more.add(unusual);
        fields.putAll(Map.of("interface", interfaceName, "addresses", addresses, "gateway", gateway, "dns", dns));
        fields.putAll(Map.of("vlan", vlan, "bond", bond, "mode", mode));
        Wording.of(this)
                .text(method::setLabel, "system.network.method")
                .always(() -> method.setItemLabelGenerator(value -> Language.say("system.network.method." + value)))
                .text(interfaceName::setLabel, "system.network.interface")
                .text(interfaceName::setHelperText, "system.network.interface.help")
                .text(mode::setLabel, "system.network.mode")
                .text(more::setSummaryText, "system.network.more");
        add(method, usual, more);
        chosen(false);
    }

    private static TextField field(String name) {
        TextField field = new TextField();
        field.setId("network-" + name);
        field.setMaxLength(300);
        Wording.of(field)
                .text(field::setLabel, "system.network." + name)
                .text(field::setHelperText, "system.network." + name + ".help");
        return field;
    }

    /** Shows what is set, unless it was shown before: what a person has typed meanwhile stays. */
    public void show(MachineFacts.Network network) {
        boolean same = known != null
                && known.settings().plain().equals(network.settings().plain());
        known = network;
        if (same) {
            return;
        }
        MachineFacts.NetworkWish set = network.settings().plain();
        interfaceName.setItems(network.links().stream()
                .filter(link -> link.kind().equals("wired"))
                .map(MachineFacts.Link::name)
                .toList());
        interfaceName.setValue(set.interfaceName().isEmpty() ? null : set.interfaceName());
        addresses.setValue(listed(set.addresses()));
        gateway.setValue(set.gateway());
        dns.setValue(listed(set.dns()));
        vlan.setValue(set.vlan());
        bond.setValue(listed(set.bond()));
        mode.setValue(set.mode().isEmpty() ? null : set.mode());
        more.setOpened(!(set.vlan() + set.bond()).isEmpty());
        method.setValue(set.addresses().isEmpty() ? DHCP : BY_HAND);
        chosen(false);
        mark(Map.of());
    }

    /** Where choosing begins. */
    public Component first() {
        return method;
    }

    /** What is wanted. */
    public MachineFacts.NetworkWish wish() {
        boolean byHand = BY_HAND.equals(method.getValue());
        return new MachineFacts.NetworkWish(
                        interfaceName.getValue(),
                        bond.getValue(),
                        mode.getValue(),
                        vlan.getValue(),
                        byHand ? addresses.getValue() : "",
                        byHand ? gateway.getValue() : "",
                        dns.getValue())
                .plain();
    }

    /** Whether that is something else than what is set. */
    public boolean changed() {
        return known == null || !wish().equals(known.settings().plain());
    }

    /** Says beside each field what is wrong with it; whether nothing is. */
    public boolean check() {
        Map<String, Sentence> broken = new LinkedHashMap<>(NetworkRules.brokenBy(wish()));
        if (BY_HAND.equals(method.getValue()) && wish().addresses().isEmpty()) {
            broken.put("addresses", Sentence.of("system.network.wrong.no-address"));
        }
        mark(broken);
        if (broken.keySet().stream().anyMatch(List.of("vlan", "bond", "mode")::contains)) {
            more.setOpened(true);
        }
        return broken.isEmpty();
    }

    private void mark(Map<String, Sentence> broken) {
        fields.forEach((name, field) -> {
            HasValidation validated = (HasValidation) field;
            Sentence wrong = broken.get(name);
            validated.setErrorMessage(wrong == null ? "" : Language.say(wrong));
            validated.setInvalid(wrong != null);
        });
        fields.entrySet().stream()
                .filter(field -> broken.containsKey(field.getKey()))
                .findFirst()
                .ifPresent(field -> {
                    if (field.getValue() instanceof AbstractField<?, ?> first) {
                        first.getElement().callJsFunction("focus");
                    }
                });
    }

    /** Whoever goes over to fixed addresses most often keeps those that DHCP has given; going back takes the suggestion away. */
    private void chosen(boolean byPerson) {
        boolean byHand = BY_HAND.equals(method.getValue());
        addresses.setVisible(byHand);
        gateway.setVisible(byHand);
        if (!byPerson || known == null) {
            return;
        }
        if (byHand && addresses.isEmpty()) {
            known.usual().ifPresent(link -> {
                addresses.setValue(String.join(", ", link.addresses()));
                gateway.setValue(known.gateway(link));
                if (interfaceName.isEmpty() && bond.isEmpty()) {
                    interfaceName.setValue(link.name());
                }
                if (dns.isEmpty()) {
                    dns.setValue(String.join(", ", known.dns()));
                }
            });
        } else if (!byHand && !changedButAddresses()) {
            interfaceName.clear();
            dns.clear();
            addresses.clear();
            gateway.clear();
        }
        mark(Map.of());
    }

    /** Whether a person has chosen something else than what is suggested with the addresses. */
    private boolean changedButAddresses() {
        return known.usual()
                .filter(link -> link.name().equals(interfaceName.getValue())
                        && dns.getValue().equals(String.join(", ", known.dns()))
                        && known.settings().plain().equals(MachineFacts.NetworkWish.DHCP))
                .isEmpty();
    }

    private static String listed(String words) {
        return words.replace(" ", ", ");
    }
}
