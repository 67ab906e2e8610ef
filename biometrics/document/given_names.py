"""Given names common among Albanians: one that was read plainly is never taken for a similar one (Artan, Arian)."""

from __future__ import annotations

import functools

from biometrics.document.names import fold, is_greek, sounds

_COMMON = """
Adea Adelina Adem Admir Adriana Adriatik Afërdita Afrim Agim Agron Agnesa Ajet Ajkuna Alban Albana Albert Alba Albin
Albina Albion Aldo Aleksandër Alesia Alfred Ali Alketa Alma Altin Altina Amar Ana Anduela Andi Andrea Ani Anila Anisa
Anita Anton Arbana Arben Arbër Arbnor Arbi Arbresha Ardi Ardian Ardiana Ardit Ardita Arian Ariana Arif Arjan Arjana
Arjola Armand Armando Armend Arta Artan Artana Artur Astrit Aurel Aurela Auron Avni Azem Bajram Bardh Bardha Bardhyl
Bashkim Bekim Belinda Benard Bekë Besa Besart Besarta Besfort Besian Besiana Besim Besmir Besnik Besnika Bilal Bledar
Bleona Blerim Blerina Blerta Brikena Bujar Burim Dafina Dalina Dashamir Dashuri Denis Denisa Dhimitër Dhurata Diana
Dionis Doruntina Dorina Drilon Drin Drini Drita Driton Edi Edison Edlira Edmond Edona Edon Edvin Egzon Egzona Elda
Elena Elez Elida Elidon Elira Elisa Eliza Elma Elona Elson Elton Elvana Elvin Elvira Elvis Emiljano Emir Emira Ema
Endri Endrit Enea Engjëll Enis Enkela Enkelejda Entela Erald Eralda Erblin Ergys Erion Eriona Erjon Erjona Erlind
Erlinda Ermal Ermira Esat Eva Evis Faik Fadil Faton Fatjon Fatjona Fatmir Fatmira Fatos Fehmi Ferdinand Fiqiri Flamur
Flora Florian Floriana Florim Flutura Franc Fred Frosina Gazmend Gent Genta Genti Gentian Gentiana Gentrit Gëzim Gjon
Gjergj Gjovalin Gjyste Gramos Granit Gresa Hajdar Hamit Hana Hasan Haxhi Hekuran Hëna Hysen Hysni Idriz Igli Ilda Ilir
Ilira Iliriana Ilirjan Imer Ina Indrit Irena Iris Irma Ismail Isuf Jehona Jeta Jeton Jetmir Jetmira Joana Jona Jonida
Jorgo Jozef Juliana Kastriot Katerina Kejsi Kledi Klea Klajdi Klara Klaudia Klejda Klodian Klodiana Kristaq Kristina
Kujtim Labinot Leart Leka Lek Lena Leonard Leonora Leotrim Liman Linda Lindita Liridon Liridona Lirie Liri Lorena
Lorik Luan Luana Luiza Lulzim Lumturi Majlinda Manjola Mariana Marin Marina Mario Marjana Marjeta Mark Marsel Marsela
Martin Maria Megi Mehmet Mentor Merita Mimoza Mira Miranda Mirela Mirjeta Mirjana Mirena Monika Muharrem Myrvete Naim
Nazmi Nazif Nderim Nertil Nertila Nevila Nexhat Niko Nikolin Nora Oltion Oriola Orges Orgest Osman Pal Pandeli Pashk
Pëllumb Përparim Petrit Petro Pranvera Prend Qazim Qemal Qerim Rafael Rama Rexhep Rezarta Rina Rita Robert Rovena Roza
Rozafa Rudina Sabina Saimir Sali Sami Sara Sebastian Selim Selma Shaban Shefqet Shkëlqim Shkëlzen Shpend Shpëtim
Shpresa Shqipe Sidorela Silvana Skënder Sokol Sonila Sotir Spiro Stela Suela Sulejman Sybi Taulant Teuta Tomë Uran
Urim Vali Valbona Valdet Valdrin Valentina Valmir Valmira Vasil Vasilika Vera Verona Veton Violeta Viola Visar Vjollca
Vjosa Vladimir Xhavit Xheladin Xhemal Xhevahir Xhevdet Xhuliana Xhulio Yll Ylli Yllka Zamir Zana Zef Zenel Ziad Zija
Zyra Luljeta Liljana Thanas Kejdi Flogert Rajmonda Enkeleda Denada Orkid Shpresë Çlirim Hava Ndue Sajmir Rovena
Xhensila Esmeralda Migena Nexhmije Fatbardha Fatbardh Bukurie Vjollca Lindihana Zenepe Hatixhe Xhevrije Hamdi Rustem
Ramadan Sabri Lutfi Njazi Nuri Rexhina Rigerta Sindi Kristi Amarildo Erblina Arlind Arlinda Dion Diellza Rinor Leonit"""
GIVEN_NAMES = frozenset(fold(name) for name in _COMMON.split())


def another(read: str, meant: str, *, greek: bool = False) -> bool:
    """Tell whether a folded word is plainly another given name than the folded one meant."""
    if read == meant:
        return False
    if is_greek(read):
        heard = sounds(read, greek_page=greek)
        return not heard & sounds(meant) and bool(heard & _sounds())
    return read in GIVEN_NAMES


@functools.cache
def _sounds() -> frozenset[str]:
    return frozenset().union(*(sounds(name) for name in GIVEN_NAMES))
